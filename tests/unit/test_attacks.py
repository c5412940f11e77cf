"""Attacks on the whole application over HTTP: names, ids, tokens and texts that mean harm.

The defences have tests of their own; SECURITY.md names them. These would notice a route, a resource
or a way in that was added without its defence.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from chalice.test import HTTPResponse

from app import app
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.errors import FileGone, FileMissing
from chalicelib.jobs.client import Client
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Probe
from chalicelib.settings import Auth, Settings
from infra.parameters import RESOURCES
from tests.adapters_in_memory import MemorySource
from tests.harness import World
from tests.imports import ROOT
from tests.log_lines import LogLines
from tests.site import Site, serving

SECRET = "s3cret"
FINANCE, SALES = Client("finance"), Client("sales")
MADE: dict[str, Any] = json.loads(RESOURCES.read_text())["Resources"]
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
NOBODY = 65534
TRAVERSALS = [
    "../secret.csv",
    "..%2fsecret.csv",
    "%2e%2e/secret.csv",
    "%252e%252e%252fsecret.csv",
    "..\\secret.csv",
    "..%5csecret.csv",
    "sub/../../secret.csv",
    "//secret.csv",
    "/proc/self/environ",
    "proc/self/environ",
    "secret.csv%00.csv",
    "link.csv",
    "folder/secret.csv",
    "sub",
    "sub/",
    "pipe",
    "．．/secret.csv",
    "..\u2215secret.csv",
]


@dataclass
class RealFolder(MemorySource):
    """A real folder as the source of a world; its files are those on the disk."""

    folder: FolderSource = field(default_factory=lambda: FolderSource("/nowhere"))

    def version(self, name: str) -> FileVersion:
        return self.folder.version(name)

    def probe(self, name: str) -> Probe:
        return self.folder.probe(name)

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        return self.folder.read(name, version, start, expected_end)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files; beside it is a secret one, to which links lead."""
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (inside / "x.csv").write_text("a\n1\n")
    (inside / "sub" / "x.csv").write_text("a\n1\n")
    (tmp_path / "secret.csv").write_text(f"{SECRET}\n1\n")
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "folder").symlink_to(tmp_path)
    os.mkfifo(inside / "pipe")
    return inside


def world_over(folder: Path) -> World:
    return World(source=RealFolder(folder=FolderSource(str(folder))))


def in_all_ways(site: Site, name: str) -> Iterator[HTTPResponse]:
    """Ask for a file by its name as it is, encoded once and twice, and in a body."""
    for segment in (name, quote(name, safe=""), quote(quote(name, safe=""), safe="")):
        if "/" not in segment and segment.isascii():  # else API Gateway finds no such route
            yield site.get(f"/csv_name={segment}")
    yield site.post({"csv": name})


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_name_in_any_encoding_leads_out_of_the_folder(folder: Path, name: str) -> None:
    with serving(world_over(folder)) as site:
        for reply in in_all_ways(site, name):
            assert reply.status_code in (400, 404)
            assert SECRET not in reply.body.decode()
        assert site.world.jobs.records == {}
        assert site.post({"csv": "sub/x.csv"}).status_code == 202


def test_a_folder_that_becomes_a_link_after_submission_is_not_followed(folder: Path) -> None:
    source, sub = FolderSource(str(folder)), folder / "sub"
    version = source.version("sub/x.csv")
    (folder.parent / "x.csv").write_text("a\n1\n")
    sub.rename(folder / "old")
    sub.symlink_to(folder.parent)
    with pytest.raises(FileGone):
        list(source.read("sub/x.csv", version))


def test_the_file_that_was_checked_is_the_one_that_is_identified(folder: Path) -> None:
    path = folder / "x.csv"

    def swapped(file: int) -> os.stat_result:
        """Return the attributes of the open file, after its name became a link."""
        path.unlink()
        path.symlink_to(folder.parent / "secret.csv")
        return os.fstat(file)

    version = FolderSource(str(folder), status_of=swapped).version("x.csv")
    assert version.size == len("a\n1\n") != (folder.parent / "secret.csv").stat().st_size


@contextmanager
def without_rights() -> Iterator[None]:
    """Run as a user who may not read what others protect; root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_is_as_missing_as_one_that_is_not_there() -> None:
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        hidden = Path(root) / "hidden.csv"
        hidden.write_text("a\n1\n")
        hidden.chmod(0)
        source = FolderSource(root)
        with without_rights():
            texts = [detail_of_missing(source, name) for name in ("hidden.csv", "absent.csv")]
    assert texts[0].replace("hidden", "absent") == texts[1]


def detail_of_missing(source: FolderSource, name: str) -> str:
    with pytest.raises(FileMissing) as missing:
        source.version(name)
    return missing.value.detail


#: What says nothing about any client: whether the API replies, and the page with its files.
NEED_NO_TOKEN = ("/health", "/", "/page/{version}/{file}", "/page/{version}/views/{file}")
ROUTES = [
    (method, path)
    for path, methods in app.routes.items()
    for method in methods
    if method != "OPTIONS"  # a browser asks without a token what it may ask for
    and path not in NEED_NO_TOKEN
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_there_is_or_will_be_wants_a_token(method: str, path: str) -> None:
    with serving(World(auth=Auth.TOKEN)) as site:
        filled = re.sub(r"\{[^}]*\}", "csv_name=x.csv", path)
        reply = site.http.request(method, filled, headers={"Content-Type": "application/json"})
        assert reply.status_code == 401
        assert site.world.jobs.records == {}


def test_nothing_is_open_unless_somebody_says_so() -> None:
    assert Settings().auth is Settings.from_env({}).auth is Auth.TOKEN
    stages = {name: stage for name, stage in CONFIG["stages"].items() if name != "local"}
    assert {each["environment_variables"]["AUTH"] for each in stages.values()} == {"token"}


ABOUT_A_JOB = [route for route in ROUTES if "{job_id}" in route[1]]


@pytest.mark.parametrize(("method", "path"), ABOUT_A_JOB)
def test_another_clients_job_is_answered_as_one_that_never_was(method: str, path: str) -> None:
    with serving(World(auth=Auth.TOKEN)) as site:
        job = site.world.use_cases.submit("x.csv", site.submitted().options, FINANCE)
        headers = {"Authorization": f"Bearer {site.world.issue(SALES)}"}
        replies = [
            site.http.request(method, path.replace("{job_id}", job_id), headers=headers)
            for job_id in (job.id, "0" * 32)
        ]
        assert replies[0].status_code == 404
        assert replies[0].body == replies[1].body
        assert replies[0].headers == replies[1].headers
        assert site.world.jobs.get(job.id) == job


HARMFUL = [
    "x\r\nSet-Cookie: a=b.csv",
    "x\nX-Injected: 1",
    "<script>alert(1)</script>.csv",
    '"><img src=x onerror=alert(1)>.csv',
    "=HYPERLINK(1)",
    "\u2028\u202ex.csv",
]


@pytest.mark.parametrize("text", HARMFUL)
def test_a_text_of_a_client_stays_a_text(text: str, log_lines: LogLines) -> None:
    with serving(World()) as site:
        site.world.source.files[text] = b"a\n1\n"
        replies = [site.post({"csv": text}), site.get(f"/csv_name={quote(text, safe='')}")]
        replies += [site.get(f"/jobs?csv={quote(text)}"), site.get(f"/jobs?cursor={quote(text)}")]
        replies += [site.get(f"/jobs/{quote(text, safe='')}"), site.post({text: 1})]
    for reply in replies:
        json.loads(reply.body)
        assert reply.headers["Content-Type"] in ("application/json", "application/problem+json")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        shown = json.dumps(reply.headers)
        assert not any(mark in shown for mark in ("\\r", "\\n", "Injected", "Set-Cookie", "script"))
    assert all("\n" not in json.dumps(line) for line in log_lines)


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: made["Properties"] for name, made in MADE.items() if made["Type"] == kind}


def test_every_bucket_is_private_and_encrypted_and_refuses_plain_http() -> None:
    buckets = of_type("AWS::S3::Bucket")
    guarded = {each["Bucket"]["Ref"] for each in of_type("AWS::S3::BucketPolicy").values()}
    assert guarded == buckets.keys()
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]


def test_every_queue_is_encrypted_and_refuses_plain_http() -> None:
    queues = of_type("AWS::SQS::Queue")
    policies = of_type("AWS::SQS::QueuePolicy").values()
    guarded = {queue["Ref"] for policy in policies for queue in policy["Queues"]}
    assert guarded == queues.keys()
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())


def test_every_policy_against_plain_http_denies_everything_to_everybody() -> None:
    kinds = ("AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy")
    policies = [policy for kind in kinds for policy in of_type(kind).values()]
    for policy in policies:
        statement = policy["PolicyDocument"]["Statement"][-1]
        if "Fn::If" in statement:  # beside the right of the bucket to report to the inbox
            condition, statement, _ = statement["Fn::If"]
            assert condition == "RefusePlainHttp"
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
