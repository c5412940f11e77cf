"""boto3 clients, each made when it is first used: making them is most of what a cold start takes."""

from functools import cache
from typing import Any

# Three tries of eight seconds end before API Gateway gives up on the API (29 s); bodies of S3 may stall for longer.
READ_SECONDS = 8
BODY_SECONDS = 30
TRIES = 3


@cache
def client(service: str) -> Any:
    """The client of an AWS service; endpoint, region and credentials come from the environment, as boto3 reads them."""
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": TRIES},
        connect_timeout=READ_SECONDS,
        read_timeout=BODY_SECONDS if service == "s3" else READ_SECONDS,
        max_pool_connections=16,
    )
    return boto3.client(service, config=config)
