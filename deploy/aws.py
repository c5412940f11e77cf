"""AWS, or whatever AWS_ENDPOINT_URL names: who calls, buckets and tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from deploy.stage import UsageError


def environment_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for boto3 and Chalice, which read AWS_DEFAULT_REGION only."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return {**environ, "AWS_DEFAULT_REGION": region} if region else dict(environ)


@dataclass(frozen=True, slots=True)
class Identity:
    account: str
    region: str


class Aws:
    """Clients of one account and region.

    Endpoint, profile and credentials are boto3's (AWS_ENDPOINT_URL, AWS_PROFILE,
    AWS_ACCESS_KEY_ID, ...) unless given.
    """

    def __init__(self, session: Any = None, endpoint: str | None = None) -> None:
        self.session: Any = session or boto3.Session()
        self._endpoint = endpoint
        if not self.session.region_name:
            raise UsageError("Set AWS_REGION, or a region in your AWS profile.")

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self._endpoint)

    def own_bucket(self, name: str) -> Any:
        """Return boto3's resource of a bucket, refused on every call if it is another account's.

        Names of buckets are unique among all accounts, and ours can be guessed:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
        """
        s3 = self.session.resource("s3", endpoint_url=self._endpoint)
        owner = self.identity.account

        def expect_owner(params: dict[str, Any], model: Any, **_: Any) -> None:
            if "ExpectedBucketOwner" in model.input_shape.members:
                params["ExpectedBucketOwner"] = owner

        s3.meta.client.meta.events.register("provide-client-params.s3", expect_owner)
        return s3.Bucket(name)

    @property
    def emulator(self) -> str | None:
        """The endpoint, if it is not one of AWS itself."""
        endpoint: str = self.client("sts").meta.endpoint_url
        return None if "amazonaws.com" in endpoint else endpoint

    @cached_property
    def identity(self) -> Identity:
        try:
            caller = self.client("sts").get_caller_identity()
        except EndpointConnectionError as error:
            raise UsageError(_no_answer(self.emulator)) from error
        except (BotoCoreError, ClientError) as error:
            raise UsageError(
                f"AWS does not accept these credentials: {error}\n"
                "Check AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL for an emulator."
            ) from error
        return Identity(caller["Account"], self.session.region_name)

    def has_table(self, name: str) -> bool:
        dynamodb = self.client("dynamodb")
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return False
        return True

    def may_see_bucket(self, name: str, own: bool = False) -> bool:
        """Return whether these credentials may list a bucket. ``own``: of this account alone."""
        s3 = self.own_bucket(name).meta.client if own else self.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
                raise
            return False
        return True

    def has_bucket(self, name: str, own: bool = True) -> bool:
        """Return whether a bucket exists. ``own``: raise UsageError if it is another account's."""
        s3 = self.own_bucket(name).meta.client if own else self.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                return False
            if own or status != 403:
                raise UsageError(
                    f"The bucket {name} cannot be used: {error}\n"
                    "Name another one, or check that this account has it and you may see it."
                ) from error
        return True


def _no_answer(emulator: str | None) -> str:
    if emulator is None:
        return "AWS does not answer. Check the network, and AWS_REGION."
    return f"Nothing answers at {emulator}. Start the emulator, or unset AWS_ENDPOINT_URL for AWS."
