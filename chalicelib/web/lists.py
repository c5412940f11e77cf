"""Reads which jobs a client wants to list. Pure Python."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.errors import BadRequest
from chalicelib.jobs.job import Status
from chalicelib.jobs.listing import MAX_LIMIT, Wanted
from chalicelib.jobs.option_values import read_whole_number, shown

NAMES = ("status", "since", "csv", "limit", "cursor", "wait", "counts")


def wanted_jobs(query: Mapping[str, str]) -> tuple[Wanted, str]:
    """Return what the query asks for, and its cursor. Raises BadRequest."""
    for name in query:
        if name not in NAMES:
            raise BadRequest(f"There is no parameter {shown(name)}; there are {', '.join(NAMES)}.")
    wanted = Wanted(
        statuses=frozenset(map(_status, filter(None, query.get("status", "").split(",")))),
        since=_moment(query.get("since", "")),
        csv=query.get("csv", ""),
        limit=_limit(query.get("limit", str(Wanted().limit))),
    )
    return wanted, query.get("cursor", "")


def _status(text: str) -> Status:
    if text in list(Status):
        return Status(text)
    raise BadRequest(f"status must be one of {', '.join(Status)}, not {shown(text)}.")


def _moment(text: str) -> datetime | None:
    """Return a moment of ISO 8601, in UTC if it has no offset; None for an empty text."""
    if not text:
        return None
    try:
        # In a query, a plus sign is a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadRequest(
            "since must be a date or a moment, like 2026-11-24 or 2026-11-24T17:12:36Z, not "
            f"{shown(text)}."
        ) from None


def _limit(text: str) -> int:
    if number := read_whole_number(text, MAX_LIMIT):
        return number
    raise BadRequest(f"limit must be a whole number from 1 to {MAX_LIMIT}, not {shown(text)}.")
