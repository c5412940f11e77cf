"""boto3 clients, created on first use: creating them takes most of a cold start."""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# Three tries, with pauses of up to 1 and 2 seconds between them, end before API Gateway stops
# waiting for the API, after 29 seconds.
CONNECT_SECONDS = 2
READ_SECONDS = 6
TRIES = 3
USER_AGENT = "csvsum"

T = TypeVar("T")

# Threads may share clients, but not boto3's default session, which creates them:
# https://docs.aws.amazon.com/boto3/latest/guide/clients.html
_session = threading.Lock()


class Lazy(Generic[T]):
    """A value that is created once, on the first call, even if several threads call at once.

    functools.cache and cached_property do not lock: each thread would create its own value.
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
    """Return a client whose links and forms name the regional host.

    botocore's links name the global host. It redirects requests for a new bucket, which breaks a
    signed link, and never answers for buckets in regions that accounts must opt into:
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
    # botocore makes forms for uploads as if they created the bucket.
    s3.meta.events.register("provide-client-params.s3.CreateBucket", _name_the_region)
    return s3


def _name_the_region(context: dict[str, Any], **_: Any) -> None:
    # addressing_style "virtual" has the same effect on AWS, but also makes hosts like
    # bucket.localstack at the endpoint of an emulator.
    context["use_global_endpoint"] = False


def make_sqs(tries: int = TRIES) -> "SQSClient":
    import boto3

    with _session:
        return boto3.client("sqs", config=client_config(tries))


def make_events(tries: int = TRIES) -> "EventBridgeClient":
    import boto3

    with _session:
        return boto3.client("events", config=client_config(tries))


def client_config(tries: int = TRIES, **more: Any) -> "Config":
    """Return the limits of a client. Endpoint, region and credentials are left to boto3."""
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "total_max_attempts": tries},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # botocore would otherwise assemble its own for each call, which takes a tenth of the call.
        user_agent=USER_AGENT,
        max_pool_connections=64,  # a Lambda needs few; the local API serves many requests at once
        **more,
    )


class AwsClients:
    """The clients that the adapters of one process share, each created on first use."""

    def __init__(self, tries: int = TRIES) -> None:
        """``tries``: how often each call is tried, with pauses of up to 20 seconds."""
        self.dynamodb = Lazy(partial(make_dynamodb, tries))
        self.s3 = Lazy(partial(make_s3, tries))
        self.sqs = Lazy(partial(make_sqs, tries))
        self.events = Lazy(partial(make_events, tries))
