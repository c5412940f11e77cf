"""The stand-in's CloudFormation: stacks that fail at first, and what is left of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.strict_aws import StrictAws

RESOURCES = Path(__file__).parent.parent.parent / "infra" / "resources.json"
NAMES = {
    "JobsTable": "t-table",
    "TokensTable": "t-tokens",
    "JobsQueue": "t-jobs",
    "PartsQueue": "t-parts",
    "DeadQueue": "t-dead",
    "InboxQueue": "t-inbox",
    "ResultsBucket": "t-results",
    "UploadsBucket": "t-uploads",
}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws("eu-central-1") as aws:
        yield aws


class Stacks:
    """The stack ``s``, by the calls that deployments make."""

    def __init__(self, strict: StrictAws) -> None:
        self.strict = strict
        self.api = strict.session().client("cloudformation")

    def arguments(self, template: dict[str, Any], **parameters: str) -> dict[str, Any]:
        given = [
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ]
        return {"StackName": "s", "TemplateBody": json.dumps(template), "Parameters": given}

    def create(self, template: dict[str, Any], **parameters: str) -> str:
        self.api.create_stack(**self.arguments(template, **parameters))
        return self.status()

    def update(self, template: dict[str, Any], **parameters: str) -> str:
        self.api.update_stack(**self.arguments(template, **parameters))
        return self.status()

    def delete(self) -> None:
        self.api.delete_stack(StackName="s")

    def status(self) -> str:
        status: str = self.api.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]
        return status

    def events(self) -> list[tuple[str, str]]:
        events = self.api.describe_stack_events(StackName="s")["StackEvents"]
        return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in events]

    def has_table(self) -> bool:
        return "data" in self.strict.tester("dynamodb").list_tables()["TableNames"]


@pytest.fixture
def stacks(strict: StrictAws) -> Stacks:
    return Stacks(strict)


def template(policy: str = "Delete", **more: Any) -> dict[str, Any]:
    """Return a table and a topic after it."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": policy,
        "Properties": {
            "TableName": "data",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    }
    topic = {"Type": "AWS::SNS::Topic", "Properties": {}}
    return {"Resources": {"Table": table, "Topic": topic, **more}}


def test_a_first_creation_that_fails_is_rolled_back(stacks: Stacks) -> None:
    stacks.strict.cloudformation.break_resource("Topic", "Invalid parameter: TopicArn")
    assert stacks.create(template()) == "ROLLBACK_COMPLETE"
    assert not stacks.has_table()
    assert ("Topic", "CREATE_FAILED") in stacks.events()


def test_a_waiter_notices_a_rollback(stacks: Stacks) -> None:
    stacks.strict.cloudformation.break_resource("Topic", "broken")
    stacks.create(template())
    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        stacks.api.get_waiter("stack_create_complete").wait(StackName="s")


def test_a_stack_that_was_rolled_back_can_only_be_deleted(stacks: Stacks) -> None:
    stacks.strict.cloudformation.break_resource("Topic", "broken")
    stacks.create(template())
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update(template())
    with pytest.raises(stacks.api.exceptions.AlreadyExistsException):
        stacks.create(template())
    stacks.delete()
    assert stacks.create(template()) == "CREATE_COMPLETE"


def test_what_is_retained_outlives_the_rollback_and_is_then_in_the_way(stacks: Stacks) -> None:
    stacks.strict.cloudformation.break_resource("Topic", "broken")
    stacks.create(template("Retain"))
    assert stacks.has_table()
    stacks.delete()
    assert stacks.create(template("Retain")) == "ROLLBACK_COMPLETE"
    reasons = stacks.api.describe_stack_events(StackName="s")["StackEvents"]
    assert any("already exists" in event["ResourceStatusReason"] for event in reasons)


def test_what_is_retained_except_on_create_goes_with_a_first_failure_only(stacks: Stacks) -> None:
    stacks.strict.cloudformation.break_resource("Topic", "broken")
    stacks.create(template("RetainExceptOnCreate"))
    assert not stacks.has_table()
    stacks.delete()
    assert stacks.create(template("RetainExceptOnCreate")) == "CREATE_COMPLETE"
    stacks.delete()
    assert stacks.has_table()


def test_an_update_that_fails_leaves_what_was_there(stacks: Stacks) -> None:
    stacks.create(template())
    stacks.strict.cloudformation.break_resource("More", "broken")
    changed = template(More={"Type": "AWS::SNS::Topic", "Properties": {}})
    assert stacks.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.has_table()
    assert stacks.update(changed) == "UPDATE_COMPLETE"


def test_a_resource_that_an_update_drops_is_deleted(stacks: Stacks) -> None:
    stacks.create(template())
    smaller = template()
    del smaller["Resources"]["Table"]
    assert stacks.update(smaller) == "UPDATE_COMPLETE"
    assert not stacks.has_table()


def test_an_update_that_changes_nothing_is_refused(stacks: Stacks) -> None:
    stacks.create(template())
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(template())


def test_a_stack_that_is_not_there_is_a_validation_error(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match="Stack with id s does not exist") as refused:
        stacks.status()
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    stacks.delete()


def test_a_stack_is_of_one_region(stacks: Stacks) -> None:
    stacks.create(template())
    elsewhere = stacks.strict.session("us-east-1").client("cloudformation")
    with pytest.raises(ClientError, match="does not exist"):
        elsewhere.describe_stacks(StackName="s")


def test_a_large_template_goes_by_way_of_a_bucket(stacks: Stacks) -> None:
    large = template() | {"Description": "x" * 52_000}
    with pytest.raises(ClientError, match="less than or equal to 51200"):
        stacks.create(large)
    s3 = stacks.strict.tester("s3")
    place = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="t-code", CreateBucketConfiguration=place)
    s3.put_object(Bucket="t-code", Key="s.json", Body=json.dumps(large))
    url = "https://t-code.s3.eu-central-1.amazonaws.com/s.json"
    stacks.api.create_stack(StackName="s", TemplateURL=url)
    assert stacks.status() == "CREATE_COMPLETE"


def test_a_bucket_with_objects_in_it_stops_a_deletion(stacks: Stacks) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "t-full"}}
    stacks.create({"Resources": {"Bucket": bucket}})
    stacks.strict.tester("s3").put_object(Bucket="t-full", Key="x", Body=b"1")
    stacks.delete()
    assert stacks.status() == "DELETE_FAILED"


def test_queues_cannot_be_made_again_within_60_seconds(stacks: Stacks) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "t-jobs"}}
    stacks.create({"Resources": {"Queue": queue}})
    stacks.delete()
    assert stacks.create({"Resources": {"Queue": queue}}) == "ROLLBACK_COMPLETE"
    stacks.delete()
    stacks.strict.clock.advance(60)
    assert stacks.create({"Resources": {"Queue": queue}}) == "CREATE_COMPLETE"


def test_the_projects_own_template_is_made(stacks: Stacks) -> None:
    own = json.loads(RESOURCES.read_text())
    assert stacks.create(own, **NAMES) == "CREATE_COMPLETE"
    outputs = stacks.api.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert {each["OutputKey"]: each["OutputValue"] for each in outputs}["JobsTable"] == "t-table"
    queue = stacks.strict.sqs.queue("t-jobs")
    assert queue.dead is stacks.strict.sqs.queue("t-dead")
    assert stacks.strict.s3.bucket("t-results").days == 30
    assert stacks.strict.tester("dynamodb").list_tables()["TableNames"] == ["t-table", "t-tokens"]


def test_a_parameter_that_is_not_given_again_keeps_its_value(stacks: Stacks) -> None:
    own = json.loads(RESOURCES.read_text())
    stacks.create(own, MaxReceiveCount="7", **NAMES)
    kept = [
        {"ParameterKey": name, "UsePreviousValue": True} for name in (*NAMES, "MaxReceiveCount")
    ]
    changed = {"ParameterKey": "KeepDays", "ParameterValue": "5"}
    arguments = stacks.arguments(own) | {"Parameters": [*kept, changed]}
    stacks.api.update_stack(**arguments)
    shown = stacks.api.describe_stacks(StackName="s")["Stacks"][0]["Parameters"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in shown}
    assert (values["MaxReceiveCount"], values["KeepDays"]) == ("7", "5")
