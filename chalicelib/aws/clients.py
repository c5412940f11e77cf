"""boto3 clients, each made when it is first used: making them is most of what a cold start takes."""

from functools import cache
from typing import Any

RETRIES = {"mode": "standard", "total_max_attempts": 4}


@cache
def client(service: str) -> Any:
    """The client of an AWS service; endpoint, region and credentials come from the environment, as boto3 reads them."""
    import boto3
    from botocore.config import Config

    config = Config(retries=RETRIES, connect_timeout=5, read_timeout=30, max_pool_connections=16)
    return boto3.client(service, config=config)
