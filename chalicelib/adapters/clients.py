"""boto3 clients, made on first use: making them takes up the larger part of a cold start."""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# Three tries, and pauses of up to 1 and 2 seconds between them, end before API Gateway gives up on
# the API after 29 seconds.
CONNECT_SECONDS = 2
READ_SECONDS = 6
TRIES = 3

T = TypeVar("T")

# Clients may be shared between threads, but boto3 makes them in its default session, which may not:
# https://docs.aws.amazon.com/boto3/latest/guide/clients.html
_session = threading.Lock()


class Lazy(Generic[T]):
    """A value that is made on the first call, once, whichever threads call first.

    functools.cache and cached_property do not lock: each thread would make a value of its own.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._lock = threading.Lock()

    def __call__(self) -> T:
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return self._made


def make_dynamodb(tries: int = TRIES) -> "DynamoDBClient":
    import boto3

    with _session:
        return boto3.client("dynamodb", config=client_config(tries))


def make_s3(tries: int = TRIES) -> "S3Client":
    """Return a client whose links name the regional host.

    botocore's links name the global one, where a young bucket answers with a redirect that a signed
    link does not survive, and buckets in regions that accounts opt into never answer:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    import boto3

    # Newer buckets refuse links of signature version 2, which is the default.
    config = client_config(
        tries, signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"}
    )
    with _session:
        s3 = boto3.client("s3", config=config)
    s3.meta.events.register("provide-client-params.s3.GetObject", _name_the_region)
    return s3


def _name_the_region(context: dict[str, Any], **_: Any) -> None:
    # addressing_style "virtual" has the same effect on AWS, but also makes hosts like
    # bucket.localstack at the endpoint of an emulator.
    context["use_global_endpoint"] = False


def make_sqs(tries: int = TRIES) -> "SQSClient":
    import boto3

    with _session:
        return boto3.client("sqs", config=client_config(tries))


def client_config(tries: int = TRIES, **more: Any) -> "Config":
    """Return the limits of a client. Endpoint, region and credentials are left to boto3."""
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "total_max_attempts": tries},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=64,  # a Lambda needs few; the local API answers many at once
        **more,
    )


class AwsClients:
    """The clients that the adapters of one process share, each made when it is first called."""

    def __init__(self, tries: int = TRIES) -> None:
        """``tries`` counts those of each call, with pauses of up to 20 seconds between them."""
        self.dynamodb = Lazy(partial(make_dynamodb, tries))
        self.s3 = Lazy(partial(make_s3, tries))
        self.sqs = Lazy(partial(make_sqs, tries))
