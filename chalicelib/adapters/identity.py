"""The AWS account and region that the service runs in."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from chalicelib.errors import ServiceDown

_function_arn = ContextVar("function_arn", default="")


def remember_function(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware: store the ARN that Lambda passes in the context of each call."""
    context = getattr(event, "lambda_context", None) or event.context
    _function_arn.set(context.invoked_function_arn)  # "" in `chalice local`
    return get_response(event)


def account_and_region() -> tuple[str, str]:
    """Return the account and the region from the function's ARN, or outside Lambda from STS.

    Neither needs a permission. The ARN also costs no request, and works in a VPC that cannot reach
    STS.
    """
    arn = _function_arn.get()
    if not arn:
        return _from_sts()
    region, account = arn.split(":")[3:5]
    return account, region


def _from_sts() -> tuple[str, str]:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        NoRegionError,
    )

    try:
        sts = boto3.client("sts", config=Config(connect_timeout=2, read_timeout=6))
        return sts.get_caller_identity()["Account"], sts.meta.region_name
    except (NoCredentialsError, NoRegionError) as error:
        raise ServiceDown(f"The service cannot ask AWS for its account: {error}.") from error
    except (BotoCoreError, ClientError) as error:
        raise ServiceDown("AWS did not return the number of the account; try again.") from error
