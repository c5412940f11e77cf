"""How many requests the API of a stage takes, which Chalice cannot set when it deploys itself."""

from typing import Any

from chalicelib.settings import Settings
from deploy import inventory
from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import Stage

# Of all methods of all paths:
# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
PATHS = {
    "ThrottlingRateLimit": "/*/*/throttling/rateLimit",
    "ThrottlingBurstLimit": "/*/*/throttling/burstLimit",
}


def put(stage: Stage, aws: Aws, say: Say) -> None:
    """Have API Gateway refuse more requests than the settings allow. Emulators do not."""
    if aws.emulator:
        return
    wanted = limits(stage.settings)
    rate, burst = (wanted[name] for name in PATHS)
    say(f"Limiting the API to {rate} requests a second, and {burst} at once")
    aws.client("apigateway").update_stage(
        restApiId=inventory.api_id(stage, aws),
        stageName=inventory.API_STAGE,
        patchOperations=[
            {"op": "replace", "path": path, "value": str(wanted[name])}
            for name, path in PATHS.items()
        ],
    )


def limits(settings: Settings) -> dict[str, int]:
    """Return the limits by the names that templates have for them."""
    return {
        "ThrottlingRateLimit": settings.api_rate,
        "ThrottlingBurstLimit": settings.api_burst,
    }


def in_template(settings: Settings) -> dict[str, Any]:
    """Return what to merge into a template of the API."""
    methods = {"ResourcePath": "/*", "HttpMethod": "*", **limits(settings)}
    return {"Resources": {"RestAPI": {"Properties": {"MethodSettings": [methods]}}}}
