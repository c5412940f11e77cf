"""The lines that people see of the service's log."""

import logging
import sys
from typing import Any

import pytest

from local.outcomes import PeopleFormatter, is_shown


def record(*, message: str = "job ended", **extra: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "csvsum", "msg": message, "levelno": logging.INFO})
    vars(made).update(extra)
    return made


def line(of: logging.LogRecord) -> str:
    return PeopleFormatter("worker: %(message)s").format(of)


JOB = {"job": "0a1b", "file": "sub/a b.csv"}


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"action": "succeeded", "seconds": 0.0312}, "done    0a1b  sub/a b.csv  0.03 s"),
        (
            {"action": "failed", "seconds": 12, "code": "not_a_number", "line": 3, "byte": 20},
            "FAILED  0a1b  sub/a b.csv  12.00 s  not_a_number (line 3, byte 20)",
        ),
        ({"action": "cached", "cached_from": "1b2c"}, "cached  0a1b  sub/a b.csv"),
        ({"action": "given_up", "code": "given_up"}, "FAILED  0a1b  sub/a b.csv  given_up"),
        ({"action": "retried", "code": "try_again"}, "retry   0a1b  sub/a b.csv  try_again"),
    ],
)
def test_a_job_that_ends_is_a_line_with_id_file_seconds_and_reason(
    extra: dict[str, Any], expected: str
) -> None:
    assert line(record(**JOB, **extra)) == expected


@pytest.mark.parametrize("action", ["accepted", "started", "cut"])
def test_steps_on_the_way_are_not_shown(action: str) -> None:
    assert not is_shown(record(**JOB, action=action))


def test_any_other_record_is_shown_as_it_is() -> None:
    warning = record(message="the queue does not answer")
    assert is_shown(warning)
    assert line(warning) == "worker: the queue does not answer"


def test_a_crash_is_named_by_type_and_place_but_never_quotes_a_cell() -> None:
    try:
        raise ValueError("a secret cell")
    except ValueError:
        made = record(**JOB, action="retried", code="crash", exc_info=sys.exc_info())
    start, _, number = line(made).rpartition(":")
    assert start == "retry   0a1b  sub/a b.csv  ValueError in test_outcomes.py"
    assert number.isdigit()


def test_what_is_shown_is_never_lost_for_want_of_a_member() -> None:
    assert line(record(action="succeeded", job="0a1b")) == "done    0a1b"


def test_no_name_of_a_file_makes_a_line_of_its_own_or_steers_the_terminal() -> None:
    forged = record(**JOB | {"file": "uploads/inbox/a\n\x1b[2Jdone.csv"}, action="succeeded")
    assert line(forged).isprintable()
