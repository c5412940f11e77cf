"""The process that runs the schedules of app.py: python -m local.scheduler."""

import logging
import time
from importlib import import_module

from local.outcomes import log_for_people
from local.parent import exit_with_parent
from local.session import start_session
from local.triggers import ScheduleTrigger, context, schedule_event, schedule_triggers

log = logging.getLogger("scheduler")


def fire(trigger: ScheduleTrigger) -> None:
    """Call a schedule's handler; an error is logged, and the schedule goes on."""
    try:
        trigger.handler(schedule_event(), context("schedule"))
    except Exception:
        log.exception("a schedule failed; it runs again in %d s", trigger.seconds)


def main() -> None:
    exit_with_parent()
    start_session()
    log_for_people("scheduler")
    due = {
        trigger: time.monotonic() + trigger.seconds
        for trigger in schedule_triggers(import_module("app").app)
    }
    while due:
        trigger = min(due, key=lambda each: due[each])
        time.sleep(max(0.0, due[trigger] - time.monotonic()))
        fire(trigger)
        due[trigger] = time.monotonic() + trigger.seconds


if __name__ == "__main__":
    main()
