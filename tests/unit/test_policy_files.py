"""The policies in .chalice/: what is in the files, for every stage and function."""

import json
import re
from typing import Any

import pytest

from deploy.changes import changed
from deploy.policies import policy
from deploy.stage import CHALICE, read_stage

STAGES = ("dev", "localstack", "prod")
FUNCTIONS = ("api_handler", "work_job", "work_part", "give_up", "inbox", "sweep")
EACH = [(stage, function) for stage in STAGES for function in FUNCTIONS]
# Region and account are open, names are not: but for a bucket's account and region, an object's
# key and a log's stream.
NAMED = re.compile(
    r"arn:aws:(s3:::[a-z-]+(-\*-\*)?(/(inbox/)?\*)?"
    r"|sqs:\*:\*:[a-z-]+"
    r"|dynamodb:\*:\*:table/[a-z-]+(/index/[a-z_]+)?"
    r"|logs:\*:\*:log-group:/aws/lambda/[a-z_-]+:\*)"
)


def document(stage: str, function: str) -> Any:
    """The policy that Chalice uses: the file that the configuration names."""
    return json.loads(
        (CHALICE / read_stage(stage).function(function)["iam_policy_file"]).read_text()
    )


def statements(stage: str, function: str, sid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(stage, function)["Statement"]
    return [each for each in found if each["Sid"] == sid]


@pytest.mark.parametrize(("stage", "function"), EACH)
def test_the_committed_files_are_up_to_date(stage: str, function: str) -> None:
    assert document(stage, function) == policy(read_stage(stage), function), "run `make policies`"


def test_no_file_is_left_over_and_nothing_is_to_be_filled_in() -> None:
    files = {path for path in (CHALICE / "policies").rglob("*") if path.is_file()}
    assert len(files) == len(EACH)
    assert not any("${" in path.read_text() for path in (*files, CHALICE / "config.json"))


@pytest.mark.parametrize(("stage", "function"), EACH)
def test_no_policy_has_a_star_where_there_is_a_name(stage: str, function: str) -> None:
    for statement in document(stage, function)["Statement"]:
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in statement["Action"])
        if statement["Sid"] == "TracesHaveNoArn":  # AWS defines no resource for X-Ray's two actions
            assert statement["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        else:
            assert all(NAMED.fullmatch(arn) for arn in statement["Resource"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_use_nothing_of_another_one(stage: str) -> None:
    others = [f"csvsum-{other}" for other in STAGES if other != stage]
    for function in FUNCTIONS:
        text = json.dumps(document(stage, function))
        assert not any(other in text for other in others)


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        ("work_job", "jobs"),
        ("work_part", "parts"),
        ("give_up", "dead"),
        ("inbox", "inbox"),
        ("sweep", None),
        ("api_handler", None),
    ],
)
@pytest.mark.parametrize("stage", STAGES)
def test_lambda_may_take_messages_for_a_function_from_its_own_queue_alone(
    stage: str, function: str, queue: str | None
) -> None:
    triggers = statements(stage, function, "Trigger")
    actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    expected = [(actions, [f"arn:aws:sqs:*:*:csvsum-{stage}-{queue}"])] if queue else []
    assert [(each["Action"], each["Resource"]) for each in triggers] == expected


@pytest.mark.parametrize(("stage", "function"), EACH)
def test_a_function_writes_to_its_own_log_alone(stage: str, function: str) -> None:
    (logs,) = statements(stage, function, "Logs")
    group = f"csvsum-{stage}" + ("" if function == "api_handler" else f"-{function}")
    assert logs["Resource"] == [f"arn:aws:logs:*:*:log-group:/aws/lambda/{group}:*"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_files_in_a_folder_need_no_right_to_a_bucket() -> None:
    stage = changed(read_stage("dev"), {"CSV_SOURCE": "file:///mnt/csv"})
    sids = {
        statement["Sid"] for name in FUNCTIONS for statement in policy(stage, name)["Statement"]
    }
    assert "Csv" not in sids
    assert "Results" in sids


def test_a_prefix_in_the_bucket_bounds_the_right() -> None:
    stage = changed(read_stage("dev"), {"CSV_SOURCE": "s3://theirs/below/"})
    (right,) = [each for each in policy(stage, "work_job")["Statement"] if each["Sid"] == "Csv"]
    assert right["Resource"] == ["arn:aws:s3:::theirs/below/*"]


@pytest.mark.parametrize(("stage", "function"), EACH)
def test_only_the_api_reads_tokens_and_nobody_writes_them(stage: str, function: str) -> None:
    mine = [
        (each["Action"], each["Resource"])
        for each in document(stage, function)["Statement"]
        if any("-tokens" in arn for arn in each["Resource"])
    ]
    table = f"arn:aws:dynamodb:*:*:table/csvsum-{stage}-tokens"
    expected = [(["dynamodb:GetItem"], [table])] if function == "api_handler" else []
    assert mine == expected


def listings(**settings: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the statements that allow a function of a stage to list a bucket."""
    stage = changed(read_stage("dev"), settings)
    return [
        (function, statement)
        for function in FUNCTIONS
        for statement in policy(stage, function)["Statement"]
        if "s3:ListBucket" in statement["Action"]
    ]


def test_only_the_api_may_list_the_source_and_only_if_clients_may() -> None:
    assert listings() == []
    assert listings(LIST_FILES="on", CSV_SOURCE="file:///mnt/csv") == []
    ((function, statement),) = listings(LIST_FILES="on", CSV_SOURCE="s3://theirs/below/")
    assert function == "api_handler"
    assert statement["Resource"] == ["arn:aws:s3:::theirs"]
    assert statement["Condition"] == {"StringLike": {"s3:prefix": ["below/*"]}}
    ((_, statement),) = listings(LIST_FILES="on", CSV_SOURCE="s3://theirs")
    assert "Condition" not in statement


@pytest.mark.parametrize(("stage", "function"), EACH)
def test_only_the_api_puts_uploads_and_only_workers_read_them_too(
    stage: str, function: str
) -> None:
    bucket = read_stage(stage).settings.uploads_bucket
    bucket = bucket.replace("{account}", "*").replace("{region}", "*")
    mine = {
        (action, arn)
        for each in document(stage, function)["Statement"]
        for action in each["Action"]
        for arn in each["Resource"]
        if "-uploads" in arn
    }
    read = {("s3:GetObject", f"arn:aws:s3:::{bucket}/*")}
    put = {("s3:PutObject", f"arn:aws:s3:::{bucket}/*")}
    owner = {("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}")}
    expected = {"api_handler": read | put | owner, "work_job": read, "work_part": read}
    expected["inbox"] = {("s3:GetObject", f"arn:aws:s3:::{bucket}/inbox/*")}
    assert mine == expected.get(function, set())
