"""The dashboard and the alarms: they show metrics that the service and AWS really write."""

import json
import re
from typing import Any

from chalicelib.jobs.metrics import COUNTED, NAMESPACE
from infra.parameters import RESOURCES
from tests.markdown import Page, code

MADE: dict[str, Any] = json.loads(RESOURCES.read_text())["Resources"]
ALARMS = {
    name: made["Properties"]
    for name, made in MADE.items()
    if made["Type"] == "AWS::CloudWatch::Alarm"
}
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def body() -> str:
    """Return the dashboard as CloudWatch gets it, with variables for names."""
    _, pieces = MADE["Overview"]["Properties"]["DashboardBody"]["Fn::Join"]
    return "".join(piece if isinstance(piece, str) else piece["Fn::Sub"] for piece in pieces)


def widgets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body())["widgets"]
    return found


def shown() -> list[list[str]]:
    """Return the namespace, the name and the dimensions of each metric of the dashboard."""
    return [
        [part for part in metric if isinstance(part, str)]
        for widget in widgets()
        for metric in widget["properties"]["metrics"]
        if isinstance(metric[0], str)
    ]


def own_metrics() -> list[tuple[str, str | None]]:
    """Return the names and actions of the service's own metrics, on the dashboard and in alarms."""
    on_dashboard = [
        (name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)).get("action"))
        for namespace, name, *dimensions in shown()
        if namespace == NAMESPACE
    ]
    metrics = [each.get("MetricStat") for each in ALARMS["FailedShare"]["Metrics"]]
    return on_dashboard + [
        (each["Metric"]["MetricName"], each["Metric"]["Dimensions"][1]["Value"])
        for each in metrics
        if each
    ]


def test_the_service_writes_the_metrics_that_are_shown() -> None:
    assert len(own_metrics()) > 10
    for name, action in own_metrics():
        counted = [COUNTED[action]] if action else [c for c in COUNTED.values() if not c.dimension]
        assert any(name in each.metrics for each in counted), (name, action)


def test_the_search_for_refused_requests_names_their_dimension() -> None:
    (search,) = re.findall(r"SEARCH\('\{([^}]*)\}[^']*MetricName=.\"(\w+).\"", body())
    assert search == ("csvsum,service,code", "requests")
    assert {each.dimension for each in COUNTED.values() if "requests" in each.metrics} == {"code"}


def test_every_end_of_a_job_is_on_the_dashboard() -> None:
    ends = {action for action, each in COUNTED.items() if "seconds" in each.metrics}
    assert ends <= {action for name, action in own_metrics() if name == "jobs"}


def test_all_variables_of_the_dashboard_have_a_value() -> None:
    known = {"AWS::Region", "Prefix", *(f"{name}.QueueName" for name in ("Jobs", "Parts", "Dead"))}
    assert set(VARIABLE.findall(body())) == known


def test_no_two_widgets_are_at_one_place() -> None:
    places = [(widget["x"], widget["y"]) for widget in widgets()]
    assert len(set(places)) == len(places)
    assert all(widget["x"] in (0, 12) and widget["width"] == 12 for widget in widgets())


def test_every_alarm_reports_to_the_topic_and_is_silent_without_data() -> None:
    actions = ALARMS["ApiErrors"]["AlarmActions"]
    assert all(alarm["AlarmActions"] == actions for alarm in ALARMS.values())
    assert {alarm["TreatMissingData"] for alarm in ALARMS.values()} == {"notBreaching"}


def test_the_page_says_of_every_alarm_what_to_do() -> None:
    names = {alarm["AlarmName"]["Fn::Sub"].removeprefix("${Prefix}-") for alarm in ALARMS.values()}
    functions = {"api", "work_job", "work_part", "give_up", "inbox", "sweep"}
    for kind in ("errors", "throttles"):
        names = (names - {f"{kind}-{name}" for name in functions}) | {f"{kind}-<function>"}
    rows = Page("docs/operations.md").rows("alarm")
    assert {name for row in rows for name in code(row["alarm"])} == names | {"errors-api"}
    assert all(row["do"] for row in rows)


def test_the_template_is_small_enough_for_a_call() -> None:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    assert len(json.dumps(json.loads(RESOURCES.read_text()))) <= 51_200
