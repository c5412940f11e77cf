"""The record of a job: its id, its times, its progress."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import ALLOWED_FROM, Status, as_text, is_id
from chalicelib.jobs.ports import Message
from tests.harness import START, World

ROWS = b"a,b\n" + b"1.5,x\n" * 100


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    assert as_text(datetime(2026, 11, 24, 12, 0, 0, 7_900, UTC)) == "2026-11-24T12:00:00.007Z"
    east = timezone(timedelta(hours=5, minutes=30))
    assert as_text(datetime(2026, 11, 24, 12, tzinfo=east)) == "2026-11-24T06:30:00.000Z"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_texts_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    if one <= other:
        assert as_text(one) <= as_text(other)
    else:
        assert as_text(one) >= as_text(other)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_read_from_its_text_to_the_millisecond(moment: datetime) -> None:
    assert moment - datetime.fromisoformat(as_text(moment)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["", "x", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "٠" * 32])
def test_an_id_is_32_hex_digits_and_nothing_else(text: str) -> None:
    assert is_id("0123456789abcdef" * 2)
    assert not is_id(text)


@pytest.mark.parametrize("status", Status)
def test_no_job_leaves_a_final_status(status: Status) -> None:
    leaves = any(status in allowed for allowed in ALLOWED_FROM.values())
    assert leaves is not status.is_final


def test_progress_counts_parts_and_their_bytes() -> None:
    world = World(part_bytes=100)
    job = world.submit(ROWS)
    assert (job.parts_done, job.parts, job.bytes_done) == (0, 1, 0)
    world.deliver_next()
    cut = world.use_cases.find_job(job.id, OPEN)
    assert cut.plan
    assert (cut.parts_done, cut.parts, cut.bytes_done) == (0, cut.plan.count, 0)
    assert cut.plan.count > 1
    world.deliver_next()
    one = world.use_cases.find_job(job.id, OPEN)
    assert (one.parts_done, one.bytes_done) == (1, 100)
    world.run()
    done = world.final(job)
    assert (done.parts_done, done.bytes_done) == (done.parts, len(ROWS))


def test_the_ledger_counts_seconds_from_the_start_and_not_from_the_submission() -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(hours=1)
    world.jobs.start(job.id, world.clock())
    world.clock.advance(seconds=2.5)
    world.deliver(Message(job.id))
    done = world.final(job)
    assert done.ledger
    assert (done.submitted_at, done.ledger.seconds) == (START, 2.5)
