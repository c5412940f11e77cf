"""Deploying goes by what is there: after a failure, from another machine, back to a release."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy import chalice_deploy, cloudformation, inventory, releases, removal, resources, roles
from deploy.aws import Aws
from deploy.changes import changed
from deploy.stage import CHALICE, RESOURCES, Stage, UsageError, read_stage
from tests.deployed.deployment import Deployment
from tests.deployed.ministack import MiniStack

CODE = "def handler(event, context): pass"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def stage(unique: Callable[[str], str]) -> Stage:
    """A stage with names of its own, so that no other deployment is meant."""
    name = unique("again")
    stage = read_stage("localstack")
    names = {"JOBS_TABLE": name, "RESULTS_BUCKET": f"{name}-results", "CSV_SOURCE": "file:///csv"}
    queues = {f"{kind}_QUEUE": f"{name}-{kind.lower()}" for kind in ("JOBS", "PARTS", "DEAD")}
    stage = changed(stage, names | queues | {"API_NAME": name})
    return replace(stage, config={**stage.config, "app_name": name})


@pytest.fixture
def packaged_on(
    request: pytest.FixtureRequest, ministack: MiniStack, deployment: Deployment
) -> MiniStack:
    """The MiniStack that has the packaged stage."""
    if request.config.getoption("--base-url"):
        pytest.skip("the service of --base-url is on another AWS")
    return ministack


@pytest.fixture
def record(stage: Stage) -> Iterator[Path]:
    """Chalice's record of the stage, which is another one's, too."""
    path = CHALICE / "deployed" / f"{stage.name}.json"
    before = path.read_bytes() if path.exists() else None
    yield path
    if before is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(before)


def make_function(ministack: MiniStack, stage: Stage, function: str, **tags: str) -> None:
    """A function of the stage with its role, as Chalice would make it, but small."""
    role = ministack.aws.client("iam").create_role(
        RoleName=f"{stage.prefix}-{function}", AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("app.py", CODE)
    ministack.aws.client("lambda").create_function(
        FunctionName=stage.lambda_name(function),
        Runtime="python3.11",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": packed.getvalue()},
        Tags={**chalices_tag(stage), **tags},
    )


def chalices_tag(stage: Stage) -> dict[str, str]:
    app = stage.config["app_name"]
    return {"aws-chalice": f"version=1.34.0:stage={stage.name}:app={app}"}


def test_a_first_deployment_that_failed_leaves_nothing_and_can_be_repeated(
    ministack: MiniStack, stage: Stage
) -> None:
    aws = ministack.aws
    template = json.loads(RESOURCES.read_text())
    template["Resources"]["Broken"] = {"Type": "AWS::No::Such", "DependsOn": "Table"}
    parameters = resources.parameters(stage, aws, None)
    with pytest.raises(UsageError, match="run the same command"):
        cloudformation.put(aws, stage.stack, template, parameters)
    assert not aws.has_table(stage.settings.table)
    assert cloudformation.current(aws, stage.stack) is None
    resources.put(stage, aws, print)
    assert aws.has_table(stage.settings.table)
    resources.delete(stage, aws)


def test_what_the_packaged_stage_has_is_found_by_its_names(packaged_on: MiniStack) -> None:
    found = inventory.find(read_stage("localstack"), packaged_on.aws)
    kinds = [each["resource_type"] for each in found]
    assert (kinds.count("lambda_function"), kinds.count("sqs_event")) == (6, 4)
    assert (kinds.count("rest_api"), kinds.count("iam_role")) == (1, 0)
    triggers = {each["name"]: each["queue"] for each in found if "queue" in each}
    assert triggers == {
        "work_job-sqs-event-source": "csvsum-localstack-jobs",
        "work_part-sqs-event-source": "csvsum-localstack-parts",
        "give_up-sqs-event-source": "csvsum-localstack-dead",
        "inbox-sqs-event-source": "csvsum-localstack-inbox",
    }


def test_a_stage_deployed_as_a_stack_is_not_deployed_by_chalice(packaged_on: MiniStack) -> None:
    with pytest.raises(UsageError, match="CloudFormation stack"):
        chalice_deploy.up(read_stage("localstack"), packaged_on.aws, {}, print)


def test_chalices_record_is_written_from_what_there_is(
    ministack: MiniStack, stage: Stage, record: Path
) -> None:
    make_function(ministack, stage, "sweep")
    found = inventory.find(stage, ministack.aws)
    inventory.write_record(stage, found)
    written = json.loads(record.read_text())
    assert {each["name"] for each in written["resources"]} == {"sweep", "sweep_role"}
    inventory.write_record(stage, [])
    assert not record.exists()


def test_a_function_of_somebody_else_is_left_alone(ministack: MiniStack, stage: Stage) -> None:
    make_function(ministack, stage, "sweep", **{"aws-chalice": "version=1:stage=x:app=other"})
    with pytest.raises(UsageError, match="does not belong to this application"):
        removal.down(stage, ministack.aws, {}, False, print)


def test_roles_alone_are_taken_for_those_of_another_region(
    ministack: MiniStack, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    make_function(ministack, stage, "sweep")
    ministack.aws.client("lambda").delete_function(FunctionName=stage.lambda_name("sweep"))
    assert "There is nothing of" in removal.down(stage, ministack.aws, {}, False, print)
    role = ministack.aws.client("iam").get_role(RoleName=f"{stage.prefix}-sweep")
    assert role["Role"]["RoleName"] == f"{stage.prefix}-sweep"


def test_a_role_that_another_region_uses_stays(ministack: MiniStack, stage: Stage) -> None:
    make_function(ministack, stage, "sweep")
    aws, elsewhere = ministack.aws, Aws(ministack.session, ministack.endpoint)
    elsewhere.identity = replace(aws.identity, region="eu-central-1")
    roles.mark(stage, aws)
    assert [each["name"] for each in roles.of_this_region(stage, aws)] == ["sweep_role"]
    roles.mark(stage, elsewhere)
    assert roles.of_this_region(stage, aws) == []
    roles.release(stage, elsewhere)
    assert [each["name"] for each in roles.of_this_region(stage, aws)] == ["sweep_role"]


def project(folder: Path, text: str) -> Path:
    """A project as it is after a deployment, with little in it."""
    (folder / ".chalice" / "deployments").mkdir(parents=True)
    (folder / "app.py").write_text(text)
    (folder / ".chalice" / "deployments" / "code.zip").write_text(text)
    return folder


def test_the_last_releases_are_kept_and_the_one_before_is_found(
    ministack: MiniStack, stage: Stage, tmp_path: Path
) -> None:
    aws = ministack.aws
    resources.put(stage, aws, print)
    stage.folder.mkdir(parents=True, exist_ok=True)
    for number in range(7):
        releases.keep(stage, aws, project(tmp_path / str(number), f"r{number}"), f"r{number}")
    assert releases.stored(stage, aws) == ["r2", "r3", "r4", "r5", "r6"]
    with pytest.raises(UsageError, match="no release is known"):
        releases.before(stage, aws)
    make_function(ministack, stage, "sweep", **{releases.TAG: "r6"})
    assert releases.is_complete(stage, aws)
    assert releases.before(stage, aws) == "r5"
    back = releases.fetch(stage, aws, "r5")
    assert (back / ".chalice" / "deployments" / "code.zip").read_text() == "r5"
    resources.delete(stage, aws)


def test_after_a_failure_half_way_the_last_complete_release_is_the_one_before(
    ministack: MiniStack, stage: Stage, tmp_path: Path
) -> None:
    aws = ministack.aws
    resources.put(stage, aws, print)
    stage.folder.mkdir(parents=True, exist_ok=True)
    for name in ("r1", "r2"):
        releases.keep(stage, aws, project(tmp_path / name, name), name)
    make_function(ministack, stage, "work_job", **{releases.TAG: "r3"})
    make_function(ministack, stage, "sweep", **{releases.TAG: "r2"})
    assert not releases.is_complete(stage, aws)
    assert releases.before(stage, aws) == "r2"
    resources.delete(stage, aws)


def test_the_first_release_has_none_before(ministack: MiniStack, stage: Stage) -> None:
    make_function(ministack, stage, "sweep", **{releases.TAG: "r1"})
    with pytest.raises(UsageError, match="no release before r1"):
        releases.before(stage, ministack.aws)


def test_what_changes_is_printed_before_it_is_done(ministack: MiniStack, stage: Stage) -> None:
    said: list[str] = []
    make_function(ministack, stage, "sweep")
    client: Any = ministack.aws.client("lambda")
    client.update_function_configuration(
        FunctionName=stage.lambda_name("sweep"),
        MemorySize=256,
        Environment={"Variables": {**stage.environment, "PART_BYTES": "7"}},
    )
    chalice_deploy.show_changes(stage, ministack.aws, said.append)
    assert said[0] == "Settings that change:"
    assert "  sweep.PART_BYTES: 7 -> (not set)" in said
    assert "  sweep.lambda_memory_size: 256 -> 512" in said
    assert not any("sweep.JOBS_TABLE" in line for line in said)
    assert not any("inbox" in line for line in said), "it is not deployed"


def test_of_a_new_stage_only_what_is_not_in_the_configuration_is_shown(
    ministack: MiniStack, stage: Stage
) -> None:
    said: list[str] = []
    more = changed(stage, stage.changes, {"PART_BYTES": "7", "sweep.lambda_timeout": "9"})
    chalice_deploy.show_changes(more, ministack.aws, said.append)
    assert said[0] == "New stage, with the settings of .chalice/config.json, but:"
    assert "  PART_BYTES: (not set) -> 7" in said
    assert "  sweep.lambda_timeout: 300 -> 9" in said
    assert not any("MAX_CONCURRENCY" in line or "work_job" in line for line in said)


def test_a_new_stage_as_it_is_in_the_configuration_is_one_line(ministack: MiniStack) -> None:
    said: list[str] = []
    chalice_deploy.show_changes(read_stage("dev"), ministack.aws, said.append)
    assert said == ["New stage, with the settings of .chalice/config.json"]
