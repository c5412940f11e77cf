"""Metrics in CloudWatch's embedded metric format: events of the log that CloudWatch counts.

A line of the log is a metric as well if it has the member ``_aws``, which says what to count by
which dimensions. So no call and no right is needed. Dimensions have few values, since CloudWatch
charges for each combination: never an id, a name of a file or a client. The format:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

NAMESPACE = "csvsum"
#: The unit of each metric, by the member that has its value.
UNITS = {
    "jobs": "Count",
    "requests": "Count",
    "in_progress": "Count",
    "seconds": "Seconds",
    "bytes": "Bytes",
    "rows": "Count",
}
#: The metrics of which each event is one.
ONES = ("jobs", "requests")


@dataclass(frozen=True, slots=True)
class Counted:
    """What of an event are metrics."""

    #: The metrics: members of the event, or of ``ONES``.
    metrics: tuple[str, ...]
    #: The member that is a dimension, beside the service; None for no other.
    dimension: str | None = "action"


ENDED = Counted(("jobs", "seconds"))
REQUEST = Counted(("requests",), "code")
COUNTED: Mapping[str, Counted] = {
    "accepted": Counted(("jobs",)),
    "cached": Counted(("jobs",)),
    "succeeded": Counted(("jobs", "seconds", "bytes", "rows")),
    "failed": ENDED,
    "given_up": ENDED,
    "cancelled": ENDED,
    "retried": Counted(("jobs",)),
    "resumed": Counted(("jobs",)),
    "refused": REQUEST,
    "unavailable": REQUEST,
    "swept": Counted(("in_progress",), None),
}


def metric_members(
    members: Mapping[str, object], service: str, milliseconds: int
) -> dict[str, object]:
    """Return what makes the line of an event a metric; nothing for one that is not counted.

    ``milliseconds`` is the time of the event since 1970.
    """
    counted = COUNTED.get(str(members.get("action")))
    if counted is None:
        return {}
    ones = {name: 1 for name in ONES if name in counted.metrics}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service", counted.dimension] if counted.dimension else ["service"]],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in counted.metrics],
    }
    about = {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}
    return {**ones, "service": service, "_aws": about}
