"""Events as metrics: valid in CloudWatch's embedded metric format, and bounded in what they cost.

The rules are those of the specification:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.errors import FileMissing, ServiceDown
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.events import JsonLines
from chalicelib.jobs.job import Status
from chalicelib.jobs.metrics import COUNTED, UNITS
from chalicelib.settings import Settings
from chalicelib.web.responses import log_problem, no_such_page, problem_responses
from tests.harness import World
from tests.log_lines import LogLines, captured_log
from tests.markdown import Page, code
from tests.site import serving

# All units of CloudWatch that are used; the specification refuses others.
CLOUDWATCH_UNITS = {"Count", "Seconds", "Bytes"}
ROWS = b"a,b\n" + b"1.5,x\n" * 100


@pytest.fixture
def lines() -> Iterator[LogLines]:
    with captured_log(formatter=JsonLines("csvsum-prod")) as lines:
        yield lines


def metrics(line: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a line's metrics by their names, once all rules hold for them."""
    about = line["_aws"]
    moment = datetime.fromisoformat(line["time"]).astimezone(UTC).timestamp()
    assert about.keys() == {"Timestamp", "CloudWatchMetrics"}
    assert about["Timestamp"] == pytest.approx(moment * 1000, abs=1)
    (directive,) = about["CloudWatchMetrics"]
    assert directive["Namespace"] == "csvsum"
    assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
    (names,) = directive["Dimensions"]
    assert 1 <= len(names) <= 30
    assert all(isinstance(line[name], str) and 1 <= len(line[name]) <= 1024 for name in names)
    assert 1 <= len(directive["Metrics"]) <= 100
    assert {each["Unit"] for each in directive["Metrics"]} <= CLOUDWATCH_UNITS
    values = {each["Name"]: line[each["Name"]] for each in directive["Metrics"]}
    assert all(isinstance(value, int | float) for value in values.values())
    return values


def dimensions(line: dict[str, Any]) -> dict[str, str]:
    return {name: line[name] for name in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]}


def line_of(lines: LogLines, action: str) -> dict[str, Any]:
    (line,) = [line for line in lines if line["action"] == action]
    return line


def test_a_job_that_succeeded_counts_with_its_seconds_bytes_and_rows(lines: LogLines) -> None:
    world = World()
    world.submit(ROWS)
    world.run()
    succeeded = line_of(lines, "succeeded")
    assert metrics(succeeded) == {"jobs": 1, "seconds": 0, "bytes": len(ROWS), "rows": 100}
    assert dimensions(succeeded) == {"service": "csvsum-prod", "action": "succeeded"}
    assert metrics(line_of(lines, "accepted")) == {"jobs": 1}


def test_a_job_that_failed_counts_with_its_seconds_and_no_cell(lines: LogLines) -> None:
    world = World()
    world.submit(b"h,g\n5ecret,x\n")
    world.run()
    failed = line_of(lines, "failed")
    assert metrics(failed) == {"jobs": 1, "seconds": 0}
    assert dimensions(failed) == {"service": "csvsum-prod", "action": "failed"}
    assert "5ecret" not in json.dumps(lines)


def test_a_job_that_is_given_up_counts(lines: LogLines) -> None:
    world = World()
    world.submit(ROWS)
    world.use_cases.give_up(world.queue.sent.pop())
    assert metrics(line_of(lines, "given_up")).keys() == {"jobs", "seconds"}


def test_a_cut_job_counts_once_however_often_its_messages_are_delivered(lines: LogLines) -> None:
    world = World(part_bytes=100)
    world.submit(ROWS)
    world.run(duplicates=0.5)
    assert metrics(line_of(lines, "succeeded"))["jobs"] == 1


def test_each_run_of_the_sweeper_says_how_many_jobs_are_in_progress(lines: LogLines) -> None:
    world = World()
    world.submit(ROWS)
    world.submit(ROWS)
    world.use_cases.sweep()
    swept = line_of(lines, "swept")
    assert metrics(swept) == {"in_progress": 2}
    assert dimensions(swept) == {"service": "csvsum-prod"}


def test_a_refused_request_counts_by_its_code(lines: LogLines) -> None:
    @problem_responses
    def view() -> Any:
        raise FileMissing("5ecret.csv")

    view()
    refused = line_of(lines, "refused")
    assert metrics(refused) == {"requests": 1}
    assert dimensions(refused) == {"service": "csvsum-prod", "code": "file_missing"}
    assert "5ecret" not in json.dumps(lines)


def test_each_refused_submission_of_a_list_counts(lines: LogLines) -> None:
    with serving(World()) as site:
        site.post([{"csv": "x.csv"}, {"csv": "missing.csv"}, {"csv": "/etc/passwd"}])
    codes = [line["code"] for line in lines if line["action"] == "refused"]
    assert codes == ["file_missing", "bad_request"]


def test_a_cancelled_job_counts_with_its_seconds(lines: LogLines) -> None:
    world = World()
    world.use_cases.cancel_job(world.submit(ROWS).id, OPEN)
    assert metrics(line_of(lines, "cancelled")) == {"jobs": 1, "seconds": 0}


def test_a_request_that_the_service_could_not_answer_counts_by_its_code(lines: LogLines) -> None:
    @problem_responses
    def view() -> Any:
        raise ServiceDown("The table does not answer.")

    view()
    assert dimensions(line_of(lines, "unavailable"))["code"] == "unavailable"
    assert [line["action"] for line in lines] == ["unavailable"]


def test_other_lines_are_no_metrics(lines: LogLines) -> None:
    world = World()
    world.submit(ROWS)
    world.run()
    logging.getLogger("csvsum").info("a sentence")
    no_such_page()
    assert not [line for line in lines if "_aws" in line and line.get("action") not in COUNTED]
    assert "_aws" not in line_of([line for line in lines if "action" in line], "started")


def test_nothing_is_a_metric_where_cloudwatch_does_not_read_the_log(log_lines: LogLines) -> None:
    log_problem(FileMissing("x.csv"))
    assert log_lines[0].keys().isdisjoint({"_aws", "service", "requests"})


@pytest.mark.parametrize(
    ("variables", "expected"), [({}, False), ({"AWS_LAMBDA_FUNCTION_NAME": "csvsum-dev"}, True)]
)
def test_only_lambda_names_a_function(variables: dict[str, str], expected: bool) -> None:
    assert Settings.from_env(variables).on_lambda is expected


def test_every_end_of_a_job_is_counted_with_its_seconds() -> None:
    ends = {status.value for status in Status if status.is_final} | {"given_up"}
    assert all({"jobs", "seconds"} <= set(COUNTED[end].metrics) for end in ends)


def test_the_page_lists_all_metrics() -> None:
    documented = {
        code(row["action"])[0]: (code(row["metrics"]), code(row["second dimension"]))
        for row in Page("docs/logs.md").rows("action", "metrics")
    }
    assert documented == {
        action: (list(counted.metrics), [counted.dimension] if counted.dimension else [])
        for action, counted in COUNTED.items()
    }
    assert {name for counted in COUNTED.values() for name in counted.metrics} == UNITS.keys()
