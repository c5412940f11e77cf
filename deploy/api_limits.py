"""How many requests the API of a stage takes, which Chalice cannot set when it deploys itself."""

import json
from typing import Any

from deploy import inventory
from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import ROOT, Stage

FUNCTIONS = ROOT / "infra" / "functions.json"
# Of all methods of all paths:
# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
PATHS = {
    "ThrottlingRateLimit": "/*/*/throttling/rateLimit",
    "ThrottlingBurstLimit": "/*/*/throttling/burstLimit",
}


def put(stage: Stage, aws: Aws, say: Say) -> None:
    """Have API Gateway refuse what is more than infra/functions.json says. Emulators do not."""
    if aws.emulator:
        return
    wanted = limits()
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


def limits() -> dict[str, Any]:
    """Return the limits that a deployment as a template has."""
    api = json.loads(FUNCTIONS.read_text())["Resources"]["RestAPI"]
    settings: dict[str, Any] = api["Properties"]["MethodSettings"][0]
    return settings
