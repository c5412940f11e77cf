"""Prints the log of the service for people: a line for each job that ends."""

import logging
import sys
from pathlib import Path
from traceback import extract_tb

from chalicelib.engine.wording import visible

#: The events of a job that are shown, and their words. All others are left out.
SHOWN = {
    "succeeded": "done",
    "cached": "cached",
    "failed": "FAILED",
    "given_up": "FAILED",
    "retried": "retry",
}
LOGGERS = ("csvsum", "worker", "scheduler")


class PeopleFormatter(logging.Formatter):
    """Formats the event of a job as a line; other records keep their message."""

    def format(self, record: logging.LogRecord) -> str:
        return outcome(record) if hasattr(record, "action") else super().format(record)


def outcome(record: logging.LogRecord) -> str:
    """Return what happened to which job and file, in how many seconds, and why."""
    members = vars(record) | ({"code": crash(record)} if record.exc_info else {})
    words = [SHOWN.get(members["action"], members["action"]).ljust(6), members["job"]]
    if "file" in members:
        words.append(visible(members["file"]))  # a key of the inbox may have control characters
    if "seconds" in members:
        words.append(f"{members['seconds']:.2f} s")
    line = "  ".join(words)
    return f"{line}  {_reason(members)}" if "code" in members else line


def crash(record: logging.LogRecord) -> str:
    """Return the type and the place of an exception, whose text may quote a cell of a file."""
    kind, _, traceback = record.exc_info or (None, None, None)
    frame = extract_tb(traceback)[-1]
    return f"{kind.__name__ if kind else '?'} in {Path(frame.filename).name}:{frame.lineno}"


def _reason(members: dict[str, object]) -> str:
    place = [f"{name} {members[name]}" for name in ("line", "byte") if name in members]
    return f"{members['code']} ({', '.join(place)})" if place else str(members["code"])


def is_shown(record: logging.LogRecord) -> bool:
    """Return whether a record is for people: an event that is shown, or no event."""
    return vars(record).get("action", "failed") in SHOWN


def log_for_people(process: str) -> None:
    """Print the records of the service's loggers to standard output; call it before any logs."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(PeopleFormatter(f"{process}: %(message)s"))
    handler.addFilter(is_shown)
    for name in LOGGERS:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).propagate = False
