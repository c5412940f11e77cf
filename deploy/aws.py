"""What AWS, or whatever AWS_ENDPOINT_URL names, is asked for: who we are, stacks, buckets."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deploy.stage import UsageError

WAIT = {"Delay": 2, "MaxAttempts": 600}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
FINAL_FAILURES = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS")


def environment_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for boto3 and Chalice, which read AWS_DEFAULT_REGION only."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return {**environ, "AWS_DEFAULT_REGION": region} if region else dict(environ)


class Aws:
    """Endpoint, profile and credentials are boto3's (AWS_ENDPOINT_URL, AWS_PROFILE, AWS_ACCESS_KEY_ID, ...) unless given."""

    def __init__(self, session: Any = None, endpoint: str | None = None) -> None:
        self.session: Any = session or boto3.Session()
        self.endpoint = endpoint
        if not self.session.region_name:
            raise UsageError("Set AWS_REGION, or a region in your AWS profile.")

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint)

    def identity(self) -> dict[str, str]:
        """The values of the pseudo parameters."""
        try:
            caller = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise UsageError(f"AWS does not know us: {error}") from error
        return {
            "AWS::Partition": caller["Arn"].split(":")[1],
            "AWS::AccountId": caller["Account"],
            "AWS::Region": self.session.region_name,
        }

    def stack(self, name: str) -> Mapping[str, Any] | None:
        """The stack's description; None where there is none."""
        try:
            found: Mapping[str, Any] = self.client("cloudformation").describe_stacks(
                StackName=name
            )["Stacks"][0]
        except ClientError:
            return None
        return None if found["StackStatus"] == "DELETE_COMPLETE" else found

    def put_stack(
        self,
        name: str,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        code: str | None = None,
    ) -> None:
        """Create or update a stack and wait. Parameters that are not given keep their values. ``code``: a bucket to go by, for templates
        larger than a call takes."""
        old = self.stack(name)
        if old is not None and old["StackStatus"] in FINAL_FAILURES:
            self.delete_stack(name)
            old = None
        body = self._body(template, code, name)
        given = _parameters(
            template,
            parameters,
            {each["ParameterKey"] for each in (old or {}).get("Parameters", [])},
        )
        arguments = {"StackName": name, "Parameters": given, "Capabilities": CAPABILITIES, **body}
        try:
            self._write_stack(old is None, arguments)
        except (WaiterError, ClientError) as error:
            raise UsageError(
                f"The stack {name} was not made: {error}\n{self._reasons(name)}"
            ) from error

    def _write_stack(self, new: bool, arguments: Mapping[str, Any]) -> None:
        cloudformation, verb = self.client("cloudformation"), "create" if new else "update"
        try:
            (cloudformation.create_stack if new else cloudformation.update_stack)(**arguments)
        except ClientError as error:
            if "No updates" in str(error):
                return
            raise
        cloudformation.get_waiter(f"stack_{verb}_complete").wait(
            StackName=arguments["StackName"], WaiterConfig=WAIT
        )

    def _body(self, template: Mapping[str, Any], bucket: str | None, name: str) -> dict[str, str]:
        text = json.dumps(template)
        if bucket is None:
            return {"TemplateBody": text}
        key = f"{name}.template.json"
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
        url = self.client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}
        )
        return {"TemplateURL": url.split("?")[0]}

    def _reasons(self, name: str) -> str:
        try:
            events = self.client("cloudformation").describe_stack_events(StackName=name)[
                "StackEvents"
            ]
        except ClientError:
            return ""
        failed = [
            event
            for event in events
            if "FAILED" in event["ResourceStatus"] and event.get("ResourceStatusReason")
        ]
        return "\n".join(
            f"  {event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in failed[:5]
        )

    def delete_stack(self, name: str) -> None:
        """Delete a stack and wait; one that is not there is deleted already."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=name)
        try:
            cloudformation.get_waiter("stack_delete_complete").wait(
                StackName=name, WaiterConfig=WAIT
            )
        except WaiterError as error:
            raise UsageError(
                f"The stack {name} was not deleted: {error}\n{self._reasons(name)}"
            ) from error

    def make_bucket(self, name: str) -> None:
        """A private bucket of that name; one that is there stays."""
        if self.has_bucket(name):
            return
        region = self.session.region_name
        # us-east-1 is refused as a place, and the default.
        place = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        self.client("s3").create_bucket(Bucket=name, **place)

    def has_bucket(self, name: str) -> bool:
        try:
            self.client("s3").head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise UsageError(f"The bucket {name} cannot be used: {error}") from error
        return True

    def has_table(self, name: str) -> bool:
        dynamodb = self.client("dynamodb")
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return False
        return True

    def upload(self, bucket: str, key: str, path: Path) -> None:
        self.client("s3").upload_file(str(path), bucket, key)


def _parameters(
    template: Mapping[str, Any], given: Mapping[str, str], kept: set[str]
) -> list[dict[str, Any]]:
    known = template.get("Parameters", {})
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise UsageError(
            f"SET: the template has no parameter {', '.join(unknown)}; it has {', '.join(known)}."
        )
    new = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    return new + [
        {"ParameterKey": name, "UsePreviousValue": True}
        for name in sorted((kept & set(known)) - set(given))
    ]
