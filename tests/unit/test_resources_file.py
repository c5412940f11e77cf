"""What infra/ must say because AWS's defaults cost more, allow more or stay silent."""

import json
from typing import Any

from infra.parameters import RESOURCES

MADE: dict[str, Any] = json.loads(RESOURCES.read_text())["Resources"]
EFS: dict[str, Any] = json.loads((RESOURCES.parent / "efs.json").read_text())["Resources"]


def test_the_table_is_encrypted_with_the_key_that_costs_nothing() -> None:
    # Left out, the key is DynamoDB's own:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    assert "SSESpecification" not in MADE["Table"]["Properties"]


def test_only_three_queues_have_dead_letters_here() -> None:
    policy = MADE["Dead"]["Properties"]["RedriveAllowPolicy"]
    assert policy["redrivePermission"] == "byQueue"
    assert len(policy["sourceQueueArns"]) == 3


def test_the_bucket_names_the_queue_of_the_inbox_only_once_it_may_send_to_it() -> None:
    # S3 tests the queue, so its policy must be there first; a reference to it sees to that.
    notified = MADE["Uploads"]["Properties"]["NotificationConfiguration"]["Fn::If"][1]
    (queue,) = (each["Queue"] for each in notified["QueueConfigurations"])
    assert {"Ref": "IncomingPolicy"} in queue["Fn::Select"][1]


def test_an_alarm_counts_the_replies_of_the_gateway_and_not_the_errors_of_the_function() -> None:
    # Chalice returns a 500 for whatever a view raises, which is a success to Lambda.
    alarm = MADE["ApiErrors"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ApiGateway", "5XXError")


def test_the_code_of_mounted_functions_may_not_touch_network_interfaces() -> None:
    statements = EFS["MayMount"]["Properties"]["PolicyDocument"]["Statement"]
    allowed, denied = (
        {
            action
            for each in statements
            if each["Effect"] == effect
            for action in each["Action"]
            if action.startswith("ec2:")
        }
        for effect in ("Allow", "Deny")
    )
    assert allowed == denied
    (deny,) = (each for each in statements if each["Effect"] == "Deny")
    mounted = [name for name in EFS if "FileSystemConfigs" in EFS[name]["Properties"]]
    assert len(deny["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]) == len(mounted)
