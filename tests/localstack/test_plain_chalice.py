"""A Chalice user who has never heard of `make deploy`: the resources once, then Chalice alone."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from deploy.resources import SAMPLE
from deploy.stage import ROOT
from tests.clone import Clone
from tests.eventually import eventually
from tests.functional.stack import Api

GUIDE = (ROOT / "docs" / "deploy.md").read_text().partition("## With Chalice, by hand")[2]
PARAMETERS = dict(
    re.findall(r"ParameterKey=(\w+),ParameterValue=(\S+)", GUIDE.partition("Then:")[0])
)
BUCKET = "csvsum-dev-csv-000000000000-us-east-1-an"


@pytest.fixture(scope="module")
def resources(clone: Clone, client: Callable[[str], Any]) -> None:
    """What the documented line of the AWS command line makes."""
    client("cloudformation").create_stack(
        StackName="csvsum-dev-resources",
        # Compacted, as the documented line does: CloudFormation takes 51,200 bytes.
        TemplateBody=json.dumps(json.loads((clone.folder / "infra/resources.json").read_text())),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()
        ],
        RetainExceptOnCreate=True,
    )
    client("cloudformation").get_waiter("stack_create_complete").wait(
        StackName="csvsum-dev-resources", WaiterConfig={"Delay": 1}
    )
    client("s3").upload_file(str(SAMPLE), BUCKET, "sample.csv")


@pytest.fixture(scope="module")
def deployed(clone: Clone, resources: None) -> Clone:
    ended = clone.chalice("deploy")
    assert ended.status == 0, ended.err
    assert "Rest API URL" in ended.out
    return clone


@pytest.fixture(scope="module")
def api(deployed: Clone, endpoint: str) -> Api:
    """The API at the endpoint of LocalStack: the URL that Chalice prints is at amazonaws.com."""
    url = deployed.chalice("url").out
    token = deployed.deploy("token", "dev", "--client", "me").out.splitlines()[-1]
    return Api(f"{endpoint}/_aws/execute-api/{url.split('//')[1].split('.')[0]}/api", token)


def test_a_file_in_the_bucket_of_this_account_is_summed(api: Api) -> None:
    job_id = api.submit("sample.csv")
    assert api.ended(job_id)["result"] == {"id": 5050, "price": 4656.09}
    assert api.get(f"/storage/get_json/{job_id}").json == {"id": 5050, "price": 4656.09}


def test_a_job_is_posted_as_curl_does_it_without_a_content_type(api: Api) -> None:
    reply = api.post("/jobs", b'{"csv": "sample.csv"}', "application/x-www-form-urlencoded")
    assert reply.status == 202
    assert api.ended(reply.json["id"])["status"] == "succeeded"


def test_logs_are_found_under_each_functions_name(
    deployed: Clone, api: Api, client: Callable[[str], Any]
) -> None:
    api.ended(api.submit("sample.csv"))
    groups = {"csvsum-dev", *(f"csvsum-dev-{name}" for name in ("work_job", "sweep"))}
    for group in groups:
        found = client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{group}")
        assert found["logGroups"], group
    for name in ("api_handler", "work_job"):
        assert deployed.chalice("logs", "--name", name).status == 0


def test_a_function_is_invoked_with_and_without_an_event(deployed: Clone) -> None:
    for text in ("", "{}"):
        ended = deployed.chalice("invoke", "-n", "sweep", text=text)
        assert (ended.status, ended.out.strip()) == (0, "null"), ended.err


def test_a_second_deployment_changes_what_is_there(deployed: Clone, api: Api) -> None:
    assert deployed.chalice("deploy", "--stage", "dev").status == 0
    assert api.ended(api.submit("sample.csv"))["status"] == "succeeded"


def test_make_deploy_takes_over_without_chalices_record(
    deployed: Clone, api: Api, client: Callable[[str], Any]
) -> None:
    before = deployed.chalice("url").out
    (deployed.folder / ".chalice" / "deployed" / "dev.json").unlink()
    ended = deployed.deploy("up", "dev")
    assert ended.status == 0, ended.err
    assert api.base in ended.out
    assert before.split("//")[1].split(".")[0] in deployed.chalice("url").out
    assert api.ended(api.submit("sample.csv"))["status"] == "succeeded"
    assert len(client("apigateway").get_rest_apis()["items"]) == 1


def test_deleting_leaves_the_resources(deployed: Clone, client: Callable[[str], Any]) -> None:
    assert deployed.chalice("delete").status == 0
    eventually(lambda: not client("lambda").list_functions()["Functions"], seconds=60)
    assert client("apigateway").get_rest_apis()["items"] == []
    assert client("dynamodb").list_tables()["TableNames"] == ["csvsum-dev", "csvsum-dev-tokens"]
    ended = deployed.deploy("down", "dev", "--data", "delete")
    assert ended.status == 0, ended.err
    assert "Data left: none" in ended.out
