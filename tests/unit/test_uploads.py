"""Uploads over adapters in memory: who may upload what, and who may read it afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.errors import BadRequest, FileMissing
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.file_names import parse_name
from chalicelib.jobs.uploads import (
    INBOX,
    MAX_NAME_BYTES,
    PREFIX,
    Upload,
    may_read,
    owner_of,
    parse_name_for,
    parse_upload_name,
)
from chalicelib.settings import Auth
from tests.adapters_in_memory import MemoryUploads
from tests.harness import Clock, World
from tests.site import ROWS, Site, problem_of, serving

FINANCE, SALES = Client("finance"), Client("sales")
OPERATOR = Client("operator", Role.ADMIN)
NAMES = st.text(max_size=300)
CLIENTS = st.text(min_size=1, max_size=80).map(Client)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World(auth=Auth.TOKEN)) as site:
        yield site


def as_client(site: Site, client: Client) -> Site:
    return Site(site.world, f"Bearer {site.world.issue(client)}")


def uploaded(site: Site, name: str = "sales.csv", data: bytes = ROWS) -> str:
    """Upload a file as the client of a site, and return its name."""
    form = site.post({"name": name}, "/uploads").json_body
    site.world.source.files[form["csv"]] = data
    csv: str = form["csv"]
    return csv


def test_a_client_gets_a_form_for_one_key_of_its_own(site: Site) -> None:
    reply = as_client(site, FINANCE).post({"name": "sales.csv", "bytes": 10}, "/uploads")
    assert reply.status_code == 201
    form = reply.json_body
    key = form["csv"].removeprefix(PREFIX)
    assert form["fields"] == {"key": key}
    assert site.world.adapters.uploads.forms == {key: form["max_bytes"]}
    owner, random, name = key.split("/")
    assert (owner, name, len(random)) == (owner_of(FINANCE), "sales.csv", 24)
    assert form["expires_at"] == "2026-11-24T12:10:00.000Z"


def test_no_two_forms_have_the_same_key(site: Site) -> None:
    finance = as_client(site, FINANCE)
    names = {finance.post({"name": "x.csv"}, "/uploads").json_body["csv"] for _ in range(20)}
    assert len(names) == 20


@given(NAMES, CLIENTS, CLIENTS)
def test_what_is_uploaded_can_be_named_by_its_client_and_admins_alone(
    name: str, client: Client, other: Client
) -> None:
    assume(client.name != other.name)
    upload = Upload(MemoryUploads(), 100, Clock())
    try:
        csv = upload(name, None, client).csv
    except BadRequest:
        return
    assert parse_name(csv) == parse_name_for(client, csv) == csv
    assert csv.count("/") == 3
    assert may_read(Client(other.name, Role.ADMIN), csv)
    assert not may_read(other, csv)
    with pytest.raises(FileMissing):
        parse_name_for(other, csv)


@given(st.text(alphabet="ab/.\\${}%\x00\x7f\u2215\ud800é ", max_size=300))
def test_a_name_that_is_taken_is_one_harmless_component(name: str) -> None:
    try:
        taken = parse_upload_name(name)
    except BadRequest as refused:
        assert refused.detail.endswith(".")
        return
    assert taken == name
    assert not set(taken) & set("/\\\x00\x7f")
    assert taken not in ("", ".", "..")
    assert "${" not in taken
    assert len(taken.encode()) <= MAX_NAME_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "..",
        ".",
        "",
        "a/b.csv",
        "/x.csv",
        "a\\b.csv",
        "x\x00.csv",
        "x\n.csv",
        "${filename}",
        "x${filename}.csv",
        "\ud800.csv",
        "x" * 256,
        "é" * 128,
        "s3://bucket/x.csv",
        None,
        7,
        True,
        ["x.csv"],
        {"a": 1},
    ],
)
def test_a_name_that_is_no_file_is_refused_and_gets_no_form(site: Site, name: Any) -> None:
    finance = as_client(site, FINANCE)
    assert problem_of(finance.post({"name": name}, "/uploads"), 400)["code"] == "bad_request"
    assert site.world.adapters.uploads.forms == {}


@pytest.mark.parametrize("body", [{}, [], {"name": "x.csv", "key": "y"}, {"csv": "x.csv"}])
def test_a_body_that_is_no_file_is_refused(site: Site, body: Any) -> None:
    problem_of(as_client(site, FINANCE).post(body, "/uploads"), 400)


@pytest.mark.parametrize("size", [-1, 1.5, "10", True, [1]])
def test_a_size_that_is_none_is_refused(site: Site, size: Any) -> None:
    body = {"name": "x.csv", "bytes": size}
    problem_of(as_client(site, FINANCE).post(body, "/uploads"), 400)


def test_a_file_that_is_too_large_is_refused_with_the_way_to_do_it() -> None:
    with serving(World(max_upload_bytes=100)) as site:
        reply = site.post({"name": "big.csv", "bytes": 101}, "/uploads")
        problem = problem_of(reply, 422)
        assert problem["code"] == "upload_too_large"
        for words in ("101 bytes", "at most 100", "aws s3 cp", "`cp`", "compress"):
            assert words in problem["detail"]
        taken = site.post({"name": "big.csv", "bytes": 100}, "/uploads").json_body
        assert taken["max_bytes"] == 100


def test_a_deployment_may_take_no_uploads() -> None:
    with serving(World(max_upload_bytes=0)) as site:
        problem = problem_of(site.post({"name": "x.csv"}, "/uploads"), 403)
        assert problem["code"] == "uploads_are_off"


def test_an_upload_is_summed_for_its_client(site: Site) -> None:
    finance = as_client(site, FINANCE)
    csv = uploaded(finance)
    assert finance.post({"csv": csv}, "/preview").json_body["names"] == ["id", "b"]
    job_id = finance.post({"csv": csv}).json_body["id"]
    site.world.run()
    assert finance.get(f"/storage/get_json/{job_id}").json_body == {"id": 3}


def ways_to_read(site: Site, csv: str) -> dict[str, HTTPResponse]:
    path = f"/csv_name={csv.replace('/', '%2F')}"
    return {
        "submit": site.post({"csv": csv}),
        "preview": site.post({"csv": csv}, "/preview"),
        "submit by name": site.get(path),
    }


def test_another_clients_upload_is_as_missing_as_one_that_never_was(site: Site) -> None:
    csv = uploaded(as_client(site, FINANCE))
    sales = as_client(site, SALES)
    nowhere = f"{csv.rpartition('/')[0]}/other.csv"
    for way, reply in ways_to_read(sales, csv).items():
        found = problem_of(reply, 404)
        assert found["code"] == "file_missing", way
        missing = problem_of(ways_to_read(sales, nowhere)[way], 404)
        assert missing["detail"] == found["detail"].replace("sales.csv", "other.csv")
    assert site.world.jobs.records == {}


def test_another_clients_upload_is_missing_in_a_list_and_to_head(site: Site) -> None:
    csv = uploaded(as_client(site, FINANCE))
    sales = as_client(site, SALES)
    assert sales.post([{"csv": csv}]).json_body[0]["status"] == 404
    head = sales.send("HEAD", f"/csv_name={csv.replace('/', '%2F')}")
    assert head.status_code == 404


def test_an_admin_reads_all_uploads(site: Site) -> None:
    csv = uploaded(as_client(site, FINANCE))
    operator = as_client(site, OPERATOR)
    assert [reply.status_code for reply in ways_to_read(operator, csv).values()] == [202, 200, 200]


def test_in_an_open_service_everybody_reads_all_uploads() -> None:
    with serving(World()) as site:
        assert site.post({"csv": uploaded(site)}).status_code == 202


def test_a_client_cannot_name_what_is_beside_its_own_uploads(site: Site) -> None:
    finance, mine = as_client(site, FINANCE), owner_of(FINANCE)
    for csv in (
        f"uploads/{owner_of(SALES)}/1/x.csv",
        f"uploads/{mine}x/1/x.csv",
        f"uploads/{mine[:-1]}/1/x.csv",
        f"uploads/{mine.upper()}/1/x.csv",
        "uploads/x.csv",
        "uploads/inbox/x.csv",
    ):
        site.world.source.files[csv] = ROWS
        assert problem_of(finance.post({"csv": csv}), 404)["code"] == "file_missing"
    for csv in (f"uploads/{mine}/../x.csv", f"uploads//{mine}/x.csv", "uploads/../x.csv"):
        assert problem_of(finance.post({"csv": csv}), 400)["code"] == "bad_request"


def test_files_of_the_source_belong_to_nobody() -> None:
    for name in ("uploads", "uploads.csv", "sub/uploads/x.csv", "Uploads/x.csv"):
        assert may_read(FINANCE, name)


def test_what_is_in_the_inbox_belongs_to_the_client_of_its_name() -> None:
    csv = "uploads/inbox/x.csv"
    assert may_read(INBOX, csv)
    assert may_read(OPEN, csv)
    assert not may_read(FINANCE, csv)
    assert owner_of(Client("inbox")) == "inbox"


def test_the_owner_of_an_upload_is_a_digest_and_the_same_for_good() -> None:
    assert owner_of(FINANCE) == "eab762a03fd979a04cc4706e6536d382"
    caller = Client("arn:aws:sts::123456789012:assumed-role/finance")
    assert len(owner_of(caller)) == 32


def test_a_form_is_for_the_moment() -> None:
    clock = Clock()
    form = Upload(MemoryUploads(), 100, clock)("x.csv", None, FINANCE)
    assert form.expires_at - clock.now == timedelta(minutes=10)
