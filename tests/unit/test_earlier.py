"""A submission is answered at once from the result of an earlier job, if that must be the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.errors import AlreadyEnded, FileMissing, ServiceDown
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.earlier import EarlierResults
from chalicelib.jobs.job import FileVersion, Job, Status, queued
from chalicelib.jobs.listing import Wanted
from chalicelib.jobs.ports import Probe
from chalicelib.jobs.uploads import owner_of
from chalicelib.settings import Auth
from tests.adapters_in_memory import MemoryCache, MemoryJobs, MemorySource
from tests.harness import START, World, failed_with, summed
from tests.log_lines import LogLines

ROWS = b"a,b\n" + b"1.5,x\n" * 100
SUM = (("150",), 100)
FINANCE, SALES = Client("finance"), Client("sales")
UPLOAD = f"uploads/{owner_of(FINANCE)}/4f1c/x.csv"


def submit(world: World, name: str = "x.csv", client: Client = OPEN, **more: Any) -> Job:
    options = Options.of({key: value for key, value in more.items() if key != "fresh"})
    fresh = bool(more.get("fresh"))
    return world.use_cases.submit(name, options, client, fresh=fresh)


def done_once(data: bytes = ROWS, client: Client = OPEN, **world: Any) -> tuple[World, Job]:
    """Return a world and a job in it that has succeeded."""
    made = World(**world)
    made.source.files["x.csv"] = made.source.files[UPLOAD] = data
    job = submit(made, client=client)
    made.run()
    return made, made.final(job)


def test_the_same_file_and_options_succeed_at_once_as_a_job_of_their_own() -> None:
    world, first = done_once()
    world.clock.advance(hours=1)
    second = submit(world)
    assert second.id != first.id
    assert (second.cached_from, first.cached_from) == (first.id, None)
    assert summed(world.final(second)) == SUM
    assert (second.result, second.dialect) == (first.result, first.dialect)
    assert second.submitted_at == second.started_at == second.finished_at == world.clock()
    assert world.queue.sent == []
    assert world.use_cases.find_job(second.id, OPEN) == second


def test_the_ledger_of_an_answer_is_the_one_of_the_file_and_took_no_time() -> None:
    world = World(part_bytes=100)
    world.source.files["x.csv"] = ROWS
    first = submit(world)
    world.clock.advance(seconds=7)
    world.run()
    first, second = world.final(first), submit(world)
    assert first.ledger
    assert second.ledger == replace(first.ledger, seconds=0.0)
    assert (second.parts, second.parts_done, second.bytes_done) == (6, 6, len(ROWS))


def test_an_answer_says_from_which_job_it_is_and_not_from_another_answer() -> None:
    world, first = done_once()
    assert [submit(world).cached_from for _ in range(3)] == [first.id] * 3


@pytest.mark.parametrize(
    "other",
    [
        {"step": 3},
        {"first": 1},
        {"columns": ["a"]},
        {"non_numeric": "skip"},
        {"delimiter": ","},
        {"header": True},
        {"missing": ["-"]},
    ],
)
def test_other_options_are_summed(other: dict[str, Any]) -> None:
    world, _ = done_once()
    assert submit(world, **other).status is Status.QUEUED


def test_options_that_are_given_as_their_defaults_are_the_same() -> None:
    world, first = done_once()
    assert submit(world, step=10, header=None, missing=[]).cached_from == first.id


def test_another_version_of_the_file_is_summed() -> None:
    world, _ = done_once()
    world.source.files["x.csv"] = ROWS.replace(b"1.5", b"2.5")
    second = submit(world)
    world.run()
    assert summed(world.final(second)) == (("250",), 100)


def test_another_name_is_summed_even_with_the_same_bytes() -> None:
    world, _ = done_once()
    world.source.files["y.csv"] = ROWS
    assert submit(world, "y.csv").status is Status.QUEUED


def test_a_fresh_job_is_summed_and_answers_from_then_on() -> None:
    world, first = done_once()
    second = submit(world, fresh=True)
    assert (second.status, second.cached_from) == (Status.QUEUED, None)
    assert submit(world).cached_from == first.id, "it has not succeeded yet"
    world.run()
    assert submit(world).cached_from == second.id


def test_no_job_is_answered_while_the_cache_is_off() -> None:
    world, _ = done_once(cache=False)
    assert submit(world).status is Status.QUEUED
    assert world.adapters.cache.stored == {}


def test_a_job_in_progress_answers_no_other_one() -> None:
    world = World()
    world.submit(ROWS)
    assert submit(world).status is Status.QUEUED


@pytest.mark.parametrize("data", [b"a\nx\n", b"a\n1\noops\n2\n"])
def test_a_job_that_failed_answers_no_other_one(data: bytes) -> None:
    world = World()
    failed_with_code = world.submit(data)
    world.run()
    assert world.final(failed_with_code).status is Status.FAILED
    assert submit(world).status is Status.QUEUED
    assert world.adapters.cache.stored == {}


def test_a_job_that_was_cancelled_answers_no_other_one() -> None:
    world = World()
    world.use_cases.cancel_job(world.submit(ROWS).id, OPEN)
    world.run()
    assert submit(world).status is Status.QUEUED


@pytest.mark.parametrize(
    ("days", "hours", "answers"), [(29, 22, True), (29, 23, False), (40, 0, False)]
)
def test_a_job_that_expires_soon_answers_no_other_one(days: int, hours: int, answers: bool) -> None:
    world, first = done_once()
    world.clock.advance(days=days, hours=hours)
    second = submit(world)
    assert (second.cached_from == first.id) is answers


def test_a_job_that_is_gone_answers_no_other_one() -> None:
    world, first = done_once()
    del world.jobs.records[first.id]
    second = submit(world)
    world.run()
    assert summed(world.final(second)) == SUM


def test_clients_share_the_results_of_files_of_the_source() -> None:
    world, first = done_once(auth=Auth.TOKEN, client=FINANCE)
    second = submit(world, client=SALES)
    assert (second.client, second.cached_from) == ("sales", first.id)


def test_the_result_of_an_upload_is_its_clients_alone() -> None:
    world, _ = done_once(auth=Auth.TOKEN, client=FINANCE)
    upload = submit(world, UPLOAD, FINANCE)
    world.run()
    assert world.final(upload).status is Status.SUCCEEDED
    with pytest.raises(FileMissing):
        submit(world, UPLOAD, SALES)
    assert submit(world, UPLOAD, Client("operator", Role.ADMIN)).status is Status.QUEUED
    assert submit(world, UPLOAD, FINANCE).cached_from == upload.id


def test_answers_are_no_jobs_in_progress_and_no_limit_holds_for_them() -> None:
    world, first = done_once(auth=Auth.TOKEN, client=FINANCE, max_jobs_per_client=1)
    world.use_cases.submit.allowance.max_bytes = 1
    world.clock.advance(minutes=1)
    world.source.files["y.csv"] = ROWS
    submit(world, "y.csv", FINANCE)  # the limit is reached
    for _ in range(3):
        assert submit(world, client=FINANCE).cached_from == first.id
    assert world.use_cases.count_in_progress(FINANCE) == 1
    assert world.use_cases.count_in_progress() == 1


def test_answers_are_listed_as_other_jobs() -> None:
    world, first = done_once()
    world.clock.advance(seconds=1)
    second = submit(world)
    page = world.use_cases.list_jobs(OPEN, Wanted(statuses=frozenset({Status.SUCCEEDED})))
    assert [(job.id, job.cached_from) for job in page.jobs] == [
        (second.id, first.id),
        (first.id, None),
    ]


def test_an_answer_has_ended_so_it_cannot_be_cancelled_nor_given_up() -> None:
    world, _ = done_once()
    second = submit(world)
    with pytest.raises(AlreadyEnded):
        world.use_cases.cancel_job(second.id, OPEN)
    world.clock.advance(hours=200)
    assert world.use_cases.sweep() == 0
    assert world.jobs.get(second.id) == second


def test_an_answer_is_logged_as_accepted_and_cached_and_not_as_summed(log_lines: LogLines) -> None:
    world, first = done_once()
    log_lines.clear()
    second = submit(world)
    accepted, cached = log_lines
    assert (accepted["action"], cached["action"]) == ("accepted", "cached")
    assert (cached["job"], cached["cached_from"]) == (second.id, first.id)


def test_a_repeat_of_a_submission_gets_the_same_answer() -> None:
    world, first = done_once()
    one, other = (world.use_cases.submit_once("x.csv", Options(), OPEN, "a key") for _ in range(2))
    assert one == other
    assert one.cached_from == first.id
    assert len(world.jobs.records) == 2


def test_a_repeat_that_another_one_overtook_returns_the_job_of_that_one() -> None:
    world, _ = done_once()
    taken = submit(world, fresh=True)
    world.queue.sent.clear()
    job = world.use_cases.submit("x.csv", Options(), OPEN, taken.id)
    assert job == taken
    assert len(world.jobs.records) == 2
    world.run()
    assert summed(world.final(job)) == SUM


class UnsettledSource(MemorySource):
    """A source whose files may get another content and keep their version."""

    def probe(self, name: str) -> Probe:
        return super().probe(name)._replace(is_settled=False)


def test_a_file_that_may_change_unnoticed_is_summed_each_time() -> None:
    world, first = done_once(source=UnsettledSource())
    assert not first.is_reusable
    assert world.adapters.cache.stored == {}
    world.source.probe = lambda name: MemorySource.probe(world.source, name)  # type: ignore[method-assign]
    assert submit(world).status is Status.QUEUED


class DownCache(MemoryCache):
    """Does not answer."""

    def find(self, key: str, now: datetime) -> str | None:
        raise ServiceDown("The table does not answer.")

    def store(self, key: str, job_id: str, expires_at: datetime) -> None:
        raise ServiceDown("The table does not answer.")


def test_a_cache_that_does_not_answer_fails_no_job(log_lines: LogLines) -> None:
    world = World()
    world.adapters.cache = DownCache()
    world.source.files["x.csv"] = ROWS
    for _ in range(2):
        job = submit(world)
        world.run()
        assert summed(world.final(job)) == SUM
    assert [line["level"] for line in log_lines if "cache" in line["message"]] == ["WARNING"] * 4


def test_an_entry_that_names_a_job_of_another_file_is_not_used() -> None:
    world, first = done_once()
    world.source.files["y.csv"] = b"a\n7\n"
    other = submit(world, "y.csv")
    world.run()
    key = world.use_cases.submit.earlier.key(first)
    assert world.adapters.cache.stored[key][0] == first.id
    world.adapters.cache.stored[key] = other.id, datetime.max.replace(tzinfo=START.tzinfo)
    assert submit(world).status is Status.QUEUED


OPTIONS: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    step=st.integers(1, 3),
    first=st.integers(0, 2),
    non_numeric=st.sampled_from(["columns", "fail", "skip"]),
    delimiter=st.sampled_from(["auto", ",", ";"]),
    header=st.sampled_from([None, True, False]),
    skip_rows=st.integers(0, 1),
    missing=st.lists(st.sampled_from(["-", "?", "-,?"]), max_size=2),
)
JOBS = st.builds(
    lambda name, options, size, etag, client: replace(
        queued("0" * 32, name, Options.of(options), FileVersion(size, etag), START), client=client
    ),
    name=st.sampled_from(["x.csv", "y.csv", "uploads/a/x.csv"]),
    options=OPTIONS,
    size=st.integers(1, 2),
    etag=st.sampled_from(["1", "2"]),
    client=st.sampled_from(["finance", "sales"]),
)


def results(source: str = "file:///a", code: str = "1") -> EarlierResults:
    keep = START - START
    return EarlierResults(MemoryJobs(), MemoryCache(), source, keep, code=code)


def what_counts(job: Job) -> tuple[object, ...]:
    owner = job.client if job.file_name.startswith("uploads/") else ""
    return job.file_name, json.dumps(job.options.as_dict()), job.version, owner


@given(one=JOBS, other=JOBS)
def test_two_jobs_have_the_same_key_if_and_only_if_they_have_the_same_result(
    one: Job, other: Job
) -> None:
    same = what_counts(one) == what_counts(other)
    assert (results().key(one) == results().key(other)) is same


@given(job=JOBS)
def test_another_source_or_version_of_the_code_is_another_key(job: Job) -> None:
    keys = {results().key(job), results(source="file:///b").key(job), results(code="2").key(job)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.source.files.update({"x.csv": b"a,b\n9,x\n"}),
        lambda world: world.clock.advance(days=31),
    ],
    ids=["other bytes", "expired"],
)
def test_whatever_happens_between_an_answer_has_the_sums_of_the_present_file(
    change: Callable[[World], object],
) -> None:
    world, _ = done_once()
    change(world)
    second = submit(world)
    world.run()
    rows = 1 if b"9" in world.source.files["x.csv"] else 100
    assert summed(world.final(second)) == (("9",) if rows == 1 else ("150",), rows)


def test_a_failed_file_is_read_again_once_it_was_mended() -> None:
    world = World()
    bad = world.submit(b"a\noops\n1\n1\n1\n1\n1\n1\n1\n1\n1\n")
    world.run()
    failed_with(world.final(bad), "not_a_number")
    good = world.submit(b"a\n1\n")
    world.run()
    assert summed(world.final(good)) == (("1",), 1)
