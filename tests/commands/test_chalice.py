"""Chalice's commands that need no AWS, as its users type them in a fresh clone."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.config import HOST, free_port
from tests.clone import Clone

FUNCTIONS = {"api_handler", "work_job", "work_part", "give_up", "sweep"}
ROUTES = {
    "/{segment}",
    "/storage/get_counter",
    "/storage/get_json/{job_id}",
    "/jobs",
    "/jobs/{job_id}",
    "/health",
    "/me",
    "/jobs/{job_id}/parts",
    "/",
    "/openapi.json",
    "/page/{version}/{file}",
    "/page/{version}/views/{file}",
    "/preview",
    "/uploads",
    "/files",
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone(tmp_path_factory.mktemp("clone"), AWS_DEFAULT_REGION="eu-central-1")


def template(clone: Clone, *arguments: str, file: str = "sam.json") -> Any:
    """What `chalice package` makes, linted if it is CloudFormation's."""
    ended = clone.chalice("package", *arguments, "out")
    assert ended.status == 0, ended.err
    path = clone.folder / "out" / file
    assert (path.parent / "deployment.zip").stat().st_size > 1_000_000
    if file == "sam.json":
        linted = clone.run(str(Path(sys.executable).with_name("cfn-lint")), str(path))
        assert linted.status == 0, linted.out
    return json.loads(path.read_text())


def functions(resources: dict[str, Any]) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.mark.parametrize("stage", ["dev", "localstack", "prod"])
def test_a_package_names_what_there_is_and_leaves_nothing_to_fill_in(
    clone: Clone, stage: str
) -> None:
    made = template(clone, "--stage", stage)
    assert len(functions(made["Resources"])) == len(FUNCTIONS)
    for properties in functions(made["Resources"]).values():
        variables = properties["Environment"]["Variables"]
        assert variables["JOBS_TABLE"] == f"csvsum-{stage}"
        assert "${" not in json.dumps([variables, properties["Tags"]])
    policies = [
        json.dumps(role["Properties"]["Policies"])
        for role in made["Resources"].values()
        if role["Type"] == "AWS::IAM::Role"
    ]
    assert len(policies) == len(FUNCTIONS)
    assert not any("${" in policy for policy in policies)
    assert all(f"csvsum-{stage}" in policy for policy in policies)


def test_a_package_bounds_the_workers_for_a_new_account(clone: Clone) -> None:
    made = functions(template(clone)["Resources"])
    bounds = {
        name: event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        for name, properties in made.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }
    assert bounds == {"WorkJob": 2, "WorkPart": 4, "GiveUp": 2}


def test_the_inbox_has_a_function_only_where_it_is_on(clone: Clone) -> None:
    path = clone.folder / ".chalice" / "config.json"
    committed = path.read_text()
    config = json.loads(committed)
    config["stages"]["prod"]["environment_variables"]["INBOX"] = "on"
    path.write_text(json.dumps(config))
    try:
        made = template(clone, "--stage", "prod", "--merge-template", "infra/inbox.json")
    finally:
        path.write_text(committed)
    found = functions(made["Resources"])
    assert len(found) == len(FUNCTIONS) + 1
    assert found["Inbox"]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-inbox"}
    (event,) = found["Inbox"]["Events"].values()
    assert "csvsum-prod-inbox" in json.dumps(event)
    assert "s3:GetObject" in json.dumps(made["Resources"]["InboxRole"])


def test_names_for_a_stack_can_be_merged_in(clone: Clone) -> None:
    made = template(clone, "--stage", "prod", "--merge-template", "infra/functions.json")
    names = {
        json.dumps(properties["FunctionName"])
        for properties in functions(made["Resources"]).values()
    }
    workers = FUNCTIONS - {"api_handler"}
    expected = [{"Fn::Sub": f"${{AWS::StackName}}-{name}"} for name in workers]
    assert names == {json.dumps(name) for name in ({"Ref": "AWS::StackName"}, *expected)}


def test_a_mounted_folder_can_be_merged_in(clone: Clone) -> None:
    made = template(clone, "--stage", "prod", "--merge-template", "infra/efs.json")
    mounted = [
        name for name, each in functions(made["Resources"]).items() if "FileSystemConfigs" in each
    ]
    assert sorted(mounted) == ["APIHandler", "WorkJob", "WorkPart"]


def test_terraform_gets_every_function_trigger_and_policy(clone: Clone) -> None:
    arguments = ("--stage", "prod", "--pkg-format", "terraform")
    made = template(clone, *arguments, file="chalice.tf.json")
    resources = made["resource"]
    names = {each["function_name"] for each in resources["aws_lambda_function"].values()}
    prefixed = {f"csvsum-prod-{name}" for name in FUNCTIONS - {"api_handler"}}
    assert names == {"csvsum-prod", *prefixed}
    assert len(resources["aws_lambda_event_source_mapping"]) == 3
    assert len(resources["aws_iam_role_policy"]) == len(FUNCTIONS)
    assert set(json.loads(made["locals"]["chalice_api_swagger"])["paths"]) == ROUTES


def test_each_reference_in_the_terraform_file_is_to_something_in_it(clone: Clone) -> None:
    arguments = ("--stage", "prod", "--pkg-format", "terraform")
    made = template(clone, *arguments, file="chalice.tf.json")
    text = json.dumps(made).replace('\\"', "'")
    found = re.findall(r"(?<!\$)\$\{([^}]*)\}", text)
    assert found
    for reference in found:
        path = re.sub(r"^\w+\((.*)\)$", r"\1", reference).split(".")
        if path[0] == "path" or "path.module" in reference:
            continue
        kinds = made["data"] if path[0] == "data" else made["resource"]
        kind, name = path[1:3] if path[0] == "data" else path[:2]
        assert kind == "chalice_api_swagger" or path[0] == "local" or name in kinds[kind], reference


def test_models_and_a_policy_are_generated(clone: Clone) -> None:
    assert set(json.loads(clone.chalice("generate-models").out)["paths"]) == ROUTES
    assert "Statement" in json.loads(clone.chalice("gen-policy").out)


def test_what_needs_a_deployment_says_so(clone: Clone) -> None:
    ended = clone.chalice("url")
    assert ended.status == 2
    assert "Could not find a record of a Rest API in chalice stage: 'dev'" in ended.err


@pytest.fixture
def api_alone(clone: Clone, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """`chalice local` without an AWS: where it is, and its log."""
    port, log = free_port(), tmp_path / "log.txt"
    chalice = str(Path(sys.executable).with_name("chalice"))
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [chalice, "local", "--port", str(port), "--no-autoreload"],
            cwd=clone.folder,
            env={**clone.environment, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            wait_until_it_serves(process, log)
            yield f"http://{HOST}:{port}", log
        finally:
            process.terminate()


def wait_until_it_serves(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while "Serving on" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def test_chalice_local_without_an_aws_says_what_to_do(api_alone: tuple[str, Path]) -> None:
    url, log = api_alone
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/storage/get_counter", timeout=60)
    detail = json.loads(refused.value.read())["detail"]
    assert refused.value.code == 503
    assert "`make run`" in detail
    assert "AWS_ENDPOINT_URL" in detail
    assert "NoCredentialsError" in log.read_text()
    assert "`make run`" in log.read_text()
