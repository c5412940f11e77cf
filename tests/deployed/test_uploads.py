"""Uploads, lists and the inbox where the service is deployed, and signatures are checked."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.jobs.client import Role
from tests.deployed.deployment import Deployment
from tests.eventually import eventually
from tests.forms import Sent, request, send_form
from tests.functional.stack import Api

ROWS = b"id,b\n1,2\n2,x\n"
PAGE = "https://page.example"


def form_of(api: Api, name: str = "sales.csv") -> Any:
    reply = api.post("/uploads", json.dumps({"name": name}).encode())
    assert reply.status == 201
    return reply.json


def sent(form: Any, **changes: str) -> Sent:
    return send_form(form["url"], {**form["fields"], **changes}, ROWS, {"Origin": PAGE})


def post(api: Api, csv: str) -> Any:
    return api.post("/jobs", json.dumps({"csv": csv}).encode())


def test_an_upload_is_summed_for_its_client_alone(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    finance, sales = (deployment.as_client(unique(name)) for name in ("finance", "sales"))
    form = form_of(finance)
    assert sent(form).status == 204
    job = finance.ended(post(finance, form["csv"]).json["id"])
    assert job["exact"] == {"id": "3"}
    assert post(sales, form["csv"]).status == 404
    assert post(deployment.api, form["csv"]).status == 202


def without_limit(policy: str) -> str:
    document = json.loads(b64decode(policy))
    document["conditions"] = [each for each in document["conditions"] if isinstance(each, dict)]
    return b64encode(json.dumps(document).encode()).decode()


def test_a_form_that_was_changed_is_refused(deployment: Deployment) -> None:
    form = form_of(deployment.api)
    assert sent(form, key=f"{form['fields']['key']}x").status == 403
    assert sent(form, policy=without_limit(form["fields"]["policy"])).status == 403
    assert sent(form, **{"x-amz-signature": "0" * 64}).status == 403
    unsigned = {"key": form["fields"]["key"]}
    assert send_form(form["url"], unsigned, ROWS).status == 403
    assert post(deployment.api, form["csv"]).status == 404


@pytest.mark.parametrize(("origin", "allowed"), [(PAGE, True), ("https://evil.example", False)])
def test_pages_of_the_origins_may_send_forms(
    deployment: Deployment, origin: str, allowed: bool
) -> None:
    url = form_of(deployment.api)["url"]
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    reply = request("OPTIONS", url, asked)
    assert (reply.headers.get("access-control-allow-origin") == origin) is allowed


def test_the_source_is_listed_for_those_who_may(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    name = deployment.put(f"{unique('listed')}/x.csv", ROWS)
    lister = deployment.as_client(unique("lister"), Role.LISTER)
    found = lister.get(f"/files?prefix={name.partition('/')[0]}/")
    assert [each["csv"] for each in found.json["files"]] == [name]
    assert deployment.as_client(unique("client")).get("/files").status == 403


def test_a_file_in_the_inbox_is_summed_by_itself(
    deployment: Deployment, unique: Callable[[str], str]
) -> None:
    if not deployment.settings.inbox:
        pytest.skip("INBOX is off")
    folder, bucket = unique("inbox"), deployment.settings.uploads_bucket
    s3 = deployment.client("s3")
    s3.put_object(Bucket=bucket, Key=f"inbox/{folder}/csvsum.json", Body=b'{"step": 1')
    s3.put_object(Bucket=bucket, Key=f"inbox/{folder}/bad.csv", Body=ROWS)
    s3.put_object(Bucket=bucket, Key=f"inbox/{folder}/good/csvsum.json", Body=b'{"first": 0}')
    s3.put_object(Bucket=bucket, Key=f"inbox/{folder}/good/x.csv", Body=ROWS)

    def ended() -> Any:
        jobs = deployment.as_client("inbox").get(f"/jobs?csv={folder}").json["jobs"]
        done = {job["csv"]: job for job in jobs if job["status"] in ("succeeded", "failed")}
        return done if len(done) == 2 else None

    jobs = eventually(ended, seconds=60)
    assert jobs[f"uploads/inbox/{folder}/good/x.csv"]["status"] == "succeeded"
    assert jobs[f"uploads/inbox/{folder}/bad.csv"]["error"]["code"] == "bad_options"
