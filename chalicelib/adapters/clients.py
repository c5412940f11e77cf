"""boto3 clients, each made when it is first used: making them is most of what a cold start takes."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from chalicelib.errors import ServiceDown

# Three tries of eight seconds end before API Gateway gives up on the API (29 s); bodies of S3 may stall for longer.
READ_SECONDS = 8
BODY_SECONDS = 30
TRIES = 3


P = ParamSpec("P")
R = TypeVar("R")


def translate_aws_errors(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """What AWS does not do now is ServiceDown: ``what`` does not answer."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            from botocore.exceptions import BotoCoreError, ClientError

            try:
                return method(*args, **kwargs)
            except (BotoCoreError, ClientError) as error:
                raise ServiceDown(f"{what} does not answer; try again in a moment.") from error

        return call

    return decorate


@cache
def client(service: str) -> Any:
    """The client of an AWS service; endpoint, region and credentials come from the environment, as boto3 reads them."""
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": TRIES},
        connect_timeout=READ_SECONDS,
        read_timeout=BODY_SECONDS if service == "s3" else READ_SECONDS,
        max_pool_connections=64,  # a Lambda needs few; the local API answers many at once
        signature_version="s3v4"
        if service == "s3"
        else None,  # links of version 2 are refused by newer buckets
    )
    return boto3.client(service, config=config)
