"""The events that handlers get, and the schedules that drive them."""

import pytest

from local.triggers import rate_seconds, schedule_event


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("rate(5 minutes)", 300),
        ("rate(1 minute)", 60),
        ("rate(2 hours)", 7200),
        ("rate(1 day)", 86400),
    ],
)
def test_a_rate_is_so_many_seconds(text: str, seconds: int) -> None:
    assert rate_seconds(text) == seconds


def test_a_schedule_that_cannot_be_driven_here_says_so() -> None:
    with pytest.raises(ValueError, match="rate"):
        rate_seconds("cron(0 12 * * ? *)")


def test_a_scheduled_event_is_what_chalice_expects() -> None:
    event = schedule_event()
    assert event["detail-type"] == "Scheduled Event"
    members = {"id", "time", "region", "resources", "detail", "source", "account", "version"}
    assert members <= set(event)
