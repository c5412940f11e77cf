"""The inbox over adapters in memory: one job for each file, whatever the bucket reports."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import app
from chalicelib.adapters.inbox_events import decode_report, is_report
from chalicelib.adapters.work_queue import BadMessage, encode
from chalicelib.errors import FileArchived, ServiceDown, TryAgain
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.inbox import NewFile, options_names
from chalicelib.jobs.job import FileVersion, Job, Status
from chalicelib.jobs.listing import Wanted
from chalicelib.jobs.ports import Message
from chalicelib.jobs.uploads import INBOX
from tests.adapters_in_memory import MemoryQueue, MemorySource
from tests.harness import World, failed_with, summed
from tests.imports import ROOT

BUCKET = "csvsum-uploads"
ROWS = b"id,b\n1,2\n2,x\n"


@dataclass
class Inbox:
    """A world whose uploads bucket reports what is put below inbox/."""

    world: World = field(default_factory=World)
    reports: list[NewFile] = field(default_factory=list)

    def put(self, key: str, data: bytes = ROWS) -> NewFile:
        """Put a file into the bucket, and return its report."""
        name = f"uploads/inbox/{key}"
        self.world.source.files[name] = data
        etag = self.world.source.version(name).etag
        file = NewFile(BUCKET, f"inbox/{key}", len(data), etag, f"{len(self.reports):04}")
        self.reports.append(file)
        return file

    def take(self, *files: NewFile) -> None:
        for file in files:
            self.world.use_cases.take_in(file)
        self.world.run()

    def jobs(self) -> list[Job]:
        """Return the jobs as clients see them in their list, the oldest first."""
        page = self.world.use_cases.list_jobs(INBOX, Wanted())
        return [self.world.jobs.get(job.id) for job in reversed(page.jobs)]

    def job(self) -> Job:
        (job,) = self.jobs()
        return job


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def test_a_new_file_becomes_a_job_of_the_inbox(inbox: Inbox) -> None:
    inbox.take(inbox.put("q3/sales.csv"))
    job = inbox.job()
    assert summed(job) == (("3",), 2)
    assert (job.client, job.file_name) == ("inbox", "uploads/inbox/q3/sales.csv")
    assert inbox.world.use_cases.find_job(job.id, OPEN) == job
    assert inbox.world.use_cases.list_jobs(Client("finance"), Wanted()).jobs == []


def test_a_report_that_comes_again_changes_nothing(inbox: Inbox) -> None:
    file = inbox.put("x.csv")
    inbox.take(file, file)
    inbox.take(file)
    assert len(inbox.jobs()) == 1
    assert inbox.world.queue.sent == []


def test_a_file_that_is_put_there_once_more_is_another_job(inbox: Inbox) -> None:
    first, second = inbox.put("x.csv"), inbox.put("x.csv")
    inbox.take(second, first, second)
    assert [job.status for job in inbox.jobs()] == [Status.SUCCEEDED] * 2


def test_a_file_that_was_replaced_before_it_was_read_is_a_failed_job(inbox: Inbox) -> None:
    old = inbox.put("x.csv", b"a\n1\n")
    new = inbox.put("x.csv", b"a\n22\n")
    inbox.take(new, old, new, old)
    first, second = sorted(inbox.jobs(), key=lambda job: job.status)
    failed_with(first, "file_changed")
    assert summed(second) == (("22",), 1)


def test_a_file_that_was_removed_before_it_was_read_is_a_failed_job(inbox: Inbox) -> None:
    file = inbox.put("x.csv")
    del inbox.world.source.files["uploads/inbox/x.csv"]
    inbox.take(file, file)
    failed_with(inbox.job(), "file_gone")


def test_a_report_that_comes_after_the_file_was_removed_leaves_its_job(inbox: Inbox) -> None:
    file = inbox.put("x.csv")
    inbox.take(file)
    del inbox.world.source.files["uploads/inbox/x.csv"]
    inbox.take(file)
    assert inbox.job().status is Status.SUCCEEDED


@given(st.permutations([0, 0, 1, 1, 2, 2, 3]))
def test_any_order_of_reports_gives_one_job_for_each_file(order: list[int]) -> None:
    inbox = Inbox()
    files = [inbox.put(f"{name}.csv") for name in "abcd"]
    for index in order:
        inbox.take(files[index])
    assert sorted(job.file_name for job in inbox.jobs()) == [
        f"uploads/inbox/{name}.csv" for name in "abcd"
    ]


def test_what_is_no_file_of_the_inbox_is_left_alone(inbox: Inbox) -> None:
    for key in ("inbox/", "inbox/q3/", "inbox/csvsum.json", "inbox/a/csvsum.json"):
        inbox.take(NewFile(BUCKET, key, 0, "etag"))
    for key in ("abc/1/x.csv", "inboxes/x.csv", "inbox", "x.csv"):
        inbox.take(NewFile(BUCKET, key, 10, "etag"))
    assert inbox.jobs() == []


def test_the_options_of_the_nearest_file_count(inbox: Inbox) -> None:
    inbox.put("csvsum.json", b'{"step": 2}')
    inbox.put("q3/csvsum.json", b'{"step": 3}')
    inbox.put("q3/deep/er/csvsum.json", b'{"step": 4, "fresh": true}')
    steps = {
        "x.csv": 2,
        "q3/x.csv": 3,
        "q3/deep/x.csv": 3,
        "q3/deep/er/x.csv": 4,
        "q4/x.csv": 2,
        "q3x/x.csv": 2,
    }
    inbox.take(*(inbox.put(key) for key in steps))
    found = {job.file_name.removeprefix("uploads/inbox/"): job.options.step for job in inbox.jobs()}
    assert found == steps


def test_no_options_outside_the_inbox_count(inbox: Inbox) -> None:
    inbox.world.source.files["uploads/csvsum.json"] = b'{"step": 2}'
    inbox.world.source.files["csvsum.json"] = b'{"step": 2}'
    inbox.take(inbox.put("x.csv"))
    assert inbox.job().options.step == 10
    assert list(options_names("uploads/inbox/a/x.csv")) == [
        "uploads/inbox/a/csvsum.json",
        "uploads/inbox/csvsum.json",
    ]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"{\n  'step': 1\n}", "no JSON in line 2, column 3"),
        (b"", "no JSON in line 1, column 1"),
        (b"[]", "must be a JSON object"),
        (b'"step"', "must be a JSON object"),
        (b'{"step": "x"}', "step must be a whole number"),
        (b'{"stp": 1}', "no option 'stp'"),
        (b'{"csv": "x.csv"}', "no option 'csv'"),
        (b'{"a": "\xff"}', "its byte 7 is 0xFF"),
        (b'{"columns": ["a"], "step": 2}', "exclude each other"),
        (b" " * 70_000, "it has 70,000 bytes"),
        (b"[" * 60_000, "JSON"),
    ],
)
def test_options_that_cannot_be_read_are_a_failed_job_that_says_why_and_where(
    inbox: Inbox, raw: bytes, why: str
) -> None:
    inbox.put("q3/csvsum.json", raw)
    inbox.put("csvsum.json", b'{"step": 1}')
    file = inbox.put("q3/sales.csv")
    inbox.take(file, file)
    problem = failed_with(inbox.job(), "bad_options")
    assert why in problem.detail
    assert "'uploads/inbox/q3/csvsum.json'" in problem.detail
    assert problem.detail.endswith(".")


def test_a_file_is_summed_once_its_options_are_corrected_and_it_is_put_there_again(
    inbox: Inbox,
) -> None:
    inbox.put("csvsum.json", b"{")
    inbox.take(inbox.put("x.csv"))
    inbox.put("csvsum.json", b'{"step": 1, "non_numeric": "skip"}')
    inbox.take(inbox.put("x.csv"))
    assert sorted(job.status for job in inbox.jobs()) == [Status.FAILED, Status.SUCCEEDED]


@pytest.mark.parametrize("key", ["a\\b.csv", "a\nb.csv", "a//b.csv", "../x.csv", "x" * 1020])
def test_a_key_that_is_no_name_is_a_failed_job(inbox: Inbox, key: str) -> None:
    inbox.take(inbox.put(key))
    failed_with(inbox.job(), "bad_name")


def test_a_file_that_cannot_be_read_is_a_failed_job(inbox: Inbox) -> None:
    class Archive(MemorySource):
        def version(self, name: str) -> FileVersion:
            raise FileArchived(name)

    file = inbox.put("x.csv")
    inbox.world.use_cases.take_in.source = Archive()
    inbox.take(file)
    failed_with(inbox.job(), "archived")


def test_a_source_that_does_not_answer_is_tried_again(inbox: Inbox) -> None:
    class Silent(MemorySource):
        def version(self, name: str) -> FileVersion:
            raise TryAgain("The bucket of CSV files did not answer.")

    file, take_in = inbox.put("x.csv"), inbox.world.use_cases.take_in
    source, take_in.source = take_in.source, Silent()
    with pytest.raises(TryAgain):
        inbox.take(file)
    assert inbox.jobs() == []
    take_in.source = source
    inbox.take(file)
    assert inbox.job().status is Status.SUCCEEDED


def test_a_job_whose_message_was_not_sent_is_sent_by_the_next_report(inbox: Inbox) -> None:
    class Broken(MemoryQueue):
        def send(self, messages: Any) -> None:
            raise ServiceDown("out of order")

    file, take_in = inbox.put("x.csv"), inbox.world.use_cases.take_in
    good = take_in.submit
    take_in.submit = replace(good, queue=Broken())
    with pytest.raises(ServiceDown):
        inbox.take(file)
    assert inbox.job().status is Status.QUEUED
    take_in.submit = good
    inbox.take(file)
    assert inbox.job().status is Status.SUCCEEDED


def test_the_inbox_has_no_limit_of_jobs() -> None:
    inbox = Inbox(World(max_jobs_per_client=1))
    for number in range(3):
        inbox.world.use_cases.take_in(inbox.put(f"{number}.csv"))
    assert len(inbox.jobs()) == 3


def test_a_report_that_was_delivered_too_often_is_a_failed_job(inbox: Inbox) -> None:
    file = inbox.put("x.csv")
    inbox.world.use_cases.take_in.give_up(file)
    inbox.world.use_cases.take_in.give_up(file)
    failed_with(inbox.job(), "given_up")


def test_a_dead_report_does_not_fail_a_job_that_there_is(inbox: Inbox) -> None:
    file = inbox.put("x.csv")
    inbox.take(file)
    inbox.world.use_cases.take_in.give_up(file)
    assert inbox.job().status is Status.SUCCEEDED


def report(*keys: str, event: str = "ObjectCreated:Put") -> str:
    """Return what S3 sends, with members that do not matter here."""
    records = [
        {
            "eventVersion": "2.1",
            "eventName": event,
            "s3": {
                "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
                "object": {"key": key, "size": 5, "eTag": "abc", "sequencer": "0055AE"},
            },
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


@given(st.text(min_size=1).filter(lambda key: not any("\ud800" <= c <= "\udfff" for c in key)))
def test_keys_are_read_as_s3_writes_them(key: str) -> None:
    (file,) = decode_report(report(quote_plus(key, safe="/")))
    assert file == NewFile(BUCKET, key, 5, "abc", "0055AE")


def test_only_new_objects_are_files() -> None:
    assert decode_report(report("x", event="ObjectRemoved:Delete")) == []
    many = decode_report(report("a+b", "c%2Fd", event="ObjectCreated:CompleteMultipartUpload"))
    assert [file.key for file in many] == ["a b", "c/d"]
    test = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}
    assert decode_report(json.dumps(test)) == []


@pytest.mark.parametrize("text", ["", "hello", "{}", "[]", "1", '{"Records": [{}]}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        decode_report(text)
    assert not is_report(text)


def test_a_message_of_csvsum_is_no_report(inbox: Inbox) -> None:
    assert not is_report(encode(Message("0" * 32)))
    assert is_report(report("x"))


def test_two_files_have_two_jobs() -> None:
    file = NewFile("b", "inbox/x", 1, "e", "s")
    others = [
        replace(file, bucket="c"),
        replace(file, key="inbox/y"),
        replace(file, etag="f"),
        replace(file, sequencer="t"),
        NewFile("b", "inbox/xe", 1, "", "s"),
    ]
    assert len({each.job_id for each in [file, *others]}) == 6
    assert file.job_id == replace(file, size=2).job_id


PROGRAM = """
import app, json
print(json.dumps({e.name: [e.queue, e.maximum_concurrency] for e in app.app.event_sources[:4]}))
"""


@pytest.fixture
def triggers() -> Any:
    variables = {"INBOX": "on", "INBOX_QUEUE": "mine", "MAX_CONCURRENCY_INBOX": "7"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_inbox_has_a_handler_only_where_it_is_on(triggers: dict[str, Any]) -> None:
    assert triggers["inbox"] == ["mine", 7]
    assert "inbox" not in {source.name for source in app.event_sources}
