"""The log: one line for each event of a job, as a JSON object, and never a cell of a file."""

import gzip
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.errors import ServiceDown, TryAgain
from chalicelib.jobs.events import JsonLines, code_and_place
from chalicelib.jobs.job import FileVersion
from chalicelib.jobs.ports import Message
from tests.adapters_in_memory import MemorySource
from tests.harness import World
from tests.log_lines import LogLines, captured_log

ROOT = Path(__file__).parent.parent.parent
ROWS = b"a,b\n" + b"1.5,x\n" * 100
SECRET = "5ecret"


def actions(lines: LogLines) -> list[str]:
    return [line["action"] for line in lines]


def test_a_small_file_is_accepted_started_and_succeeded(log_lines: LogLines) -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(seconds=5)
    world.deliver_next()
    assert actions(log_lines) == ["accepted", "started", "succeeded"]
    assert all((line["job"], line["file"]) == (job.id, "x.csv") for line in log_lines)
    assert all(line["level"] == "INFO" for line in log_lines)
    accepted, started, succeeded = log_lines
    assert accepted["bytes"] == started["bytes"] == succeeded["bytes"] == len(ROWS)
    assert (started["attempts"], succeeded["parts"], succeeded["rows"]) == (1, 1, 100)
    assert succeeded["seconds"] == 0


def test_a_cut_file_says_how_many_parts_and_is_succeeded_once(log_lines: LogLines) -> None:
    world = World(part_bytes=100)
    world.submit(ROWS)
    world.run(Random(1), duplicates=0.3)
    (cut, *_) = [line for line in log_lines if line["action"] == "cut"]
    assert cut["parts"] == 6
    (succeeded,) = [line for line in log_lines if line["action"] == "succeeded"]
    assert (succeeded["parts"], succeeded["rows"]) == (6, 100)


def test_reruns_are_logged_with_their_number(log_lines: LogLines) -> None:
    world = World(part_bytes=40, proof_bytes=4)
    job = world.submit(b"a,b\n" + b'1,"' + b"2,3\n" * 50 + b'"\n')
    world.run()
    (rerun,) = [line for line in log_lines if line["action"] == "rerun"]
    assert rerun["parts"] == world.jobs.get(job.id).expected_reruns


def test_a_failed_job_has_its_code_and_place_but_not_its_sentence(log_lines: LogLines) -> None:
    world = World()
    world.submit(b"h,g\n1,x\n5ecret,x\n")
    world.run()
    failed = log_lines[-1]
    assert (failed["action"], failed["code"]) == ("failed", "not_a_number")
    assert (failed["line"], failed["column"], failed["byte"]) == (3, 0, 8)
    assert "detail" not in failed


def test_a_retried_job_has_the_code_and_the_cause(log_lines: LogLines) -> None:
    world = World()
    job = world.submit(ROWS)
    error = ServiceDown("The table does not answer.")
    error.__cause__ = OSError("reset by peer")
    with pytest.raises(ServiceDown), world.use_cases.sum_job.finisher.handle_errors(job):
        raise error
    retried = log_lines[-1]
    assert (retried["action"], retried["level"]) == ("retried", "WARNING")
    assert (retried["job"], retried["code"]) == (job.id, "unavailable")
    assert retried["cause"] == "OSError('reset by peer')"


def test_an_unexpected_exception_is_logged_by_type_and_place(log_lines: LogLines) -> None:
    world = World()
    job = world.submit(ROWS)
    with pytest.raises(TryAgain), world.use_cases.sum_job.finisher.handle_errors(job):
        int(SECRET)
    crashed = log_lines[-1]
    assert (crashed["action"], crashed["level"], crashed["job"]) == ("retried", "ERROR", job.id)
    assert (crashed["code"], crashed["error"]) == ("crash", "ValueError")
    assert any(place.startswith(f"{__name__}:") for place in crashed["trace"])
    assert SECRET not in json.dumps(crashed)


def test_a_job_that_is_given_up_says_after_how_many_attempts(log_lines: LogLines) -> None:
    world = World()
    job = world.submit(ROWS)
    world.clock.advance(minutes=1)
    world.use_cases.give_up(Message(job.id))
    given_up = log_lines[-1]
    assert (given_up["action"], given_up["level"]) == ("given_up", "ERROR")
    assert (given_up["code"], given_up["attempts"], given_up["seconds"]) == ("given_up", 1, 60)


def test_a_job_that_the_sweeper_sends_is_resumed(log_lines: LogLines) -> None:
    world = World()
    job = world.submit(ROWS)
    world.queue.sent.clear()
    world.clock.advance(minutes=11)
    world.use_cases.sweep()
    resumed, swept = log_lines[-2:]
    assert (swept["action"], swept["in_progress"], swept["changed"]) == ("swept", 1, 1)
    assert (resumed["action"], resumed["job"], resumed["attempts"]) == ("resumed", job.id, 2)


@pytest.mark.parametrize("part", [None, 3])
def test_a_dropped_message_names_its_job(log_lines: LogLines, part: int | None) -> None:
    World().deliver(Message("0" * 32, part))
    (dropped,) = log_lines
    assert (dropped["action"], dropped["job"], dropped["level"]) == ("dropped", "0" * 32, "WARNING")
    assert "0" * 32 in dropped["message"]


CELLS = (SECRET, f'"{SECRET}', f'{SECRET}"', f'"{SECRET}\n{SECRET}"', "1", "2.5", "", f"1e{SECRET}")


@given(
    st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4), max_size=8),
    st.sampled_from([7, 40, 1000]),
    st.sampled_from(["fail", "skip"]),
    st.booleans(),
)
def test_no_line_has_a_cell_whatever_becomes_of_the_job(
    rows: list[list[str]], part_bytes: int, non_numeric: str, is_gzip: bool
) -> None:
    data = "\n".join(",".join(row) for row in rows).encode()
    options = Options(step=1, non_numeric="skip" if non_numeric == "skip" else "fail")
    with captured_log(logging.DEBUG) as lines:
        world = World(part_bytes, proof_bytes=4)
        job = world.submit(
            gzip.compress(data) if is_gzip else data, options, "x.gz" if is_gzip else "x.csv"
        )
        world.run()
        assert world.final(job).status.is_final
    assert actions(lines)[-1] in ("succeeded", "failed")
    assert SECRET not in json.dumps(lines)


class CrashingSource(MemorySource):
    """Fails with an exception that quotes a cell, as a bug may."""

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        raise ValueError(f"could not convert string to float: {SECRET!r}")


def test_a_bug_that_quotes_a_cell_does_not_bring_it_into_the_log(log_lines: LogLines) -> None:
    world = World(source=CrashingSource())
    world.submit(ROWS)
    with pytest.raises(TryAgain) as raised:
        world.deliver_next()
    assert SECRET not in json.dumps(log_lines)
    assert SECRET not in str(raised.value)


def test_a_line_is_one_line_of_ascii_whatever_is_in_a_name() -> None:
    record = logging.makeLogRecord({"msg": "a\nb", "levelname": "INFO", "file": "день\u2028.csv"})
    text = JsonLines().format(record)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["file"] == "день\u2028.csv"


def test_the_application_logs_json_to_standard_output() -> None:
    program = "import app, logging; logging.getLogger('csvsum').warning('x', extra={'job': 'j'})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    line = json.loads(done.stdout)
    assert (line["level"], line["message"], line["job"]) == ("WARNING", "x", "j")
    assert done.stderr == ""


def test_an_error_without_a_place_is_logged_by_its_code_alone() -> None:
    assert code_and_place(ServiceDown("No.")) == {"code": "unavailable"}


def test_the_page_on_the_log_has_every_action() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    logged = re.findall(r'log_event\("(\w+)"|"action": "(\w+)"', sources)
    page = (ROOT / "docs" / "logs.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \| (?:INFO|WARNING|ERROR)", page, re.MULTILINE)
    assert sorted(documented) == sorted({one or other for one, other in logged})
