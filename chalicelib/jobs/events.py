"""The log: one JSON object a line, and one line for each event in the life of a job.

The log never contains a cell of a file. Details of problems and texts of exceptions may quote a
cell, so a line has codes, places and types instead.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType

from chalicelib.errors import BadCsv, CsvsumError
from chalicelib.jobs.job import Job, as_text
from chalicelib.jobs.metrics import metric_members

log = logging.getLogger("csvsum")

# The members that every record has; all others come from ``extra``.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The levels of the actions that an operator should see; all others are at INFO.
LEVELS = {
    "retried": logging.WARNING,
    "resumed": logging.WARNING,
    "unannounced": logging.WARNING,
    "given_up": logging.ERROR,
}


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time, level, message, and the members of ``extra``.

    With the name of a service, the events that CloudWatch counts are metrics of it.
    """

    def __init__(self, service: str | None = None) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        members: dict[str, object] = {
            "time": as_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "message": record.getMessage(),
        }
        members |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        if record.exc_info and record.exc_info[1]:
            members["error"] = type(record.exc_info[1]).__name__
            members["trace"] = list(_trace(record.exc_info[2]))
        if self.service:
            members |= metric_members(members, self.service, int(record.created * 1000))
        return json.dumps(members, default=str)


def _trace(traceback: TracebackType | None) -> Iterator[str]:
    for frame, line in walk_tb(traceback):
        yield f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}"


def log_event(action: str, job: Job, **members: object) -> None:
    """Log that something happened to a job; members that are None are left out."""
    given: dict[str, object] = {"action": action, "job": job.id, "file": job.file_name, **members}
    extra = {name: value for name, value in given.items() if value is not None}
    log.log(LEVELS.get(action, logging.INFO), "job %s", action, extra=extra)


def log_failed(job: Job, error: CsvsumError, seconds: float) -> None:
    """Log why a job failed: the code and the place, but not the detail."""
    log_event("failed", job, parts=job.parts, seconds=seconds, **code_and_place(error))


def log_retried(job: Job, error: CsvsumError) -> None:
    """Log an error that a retry may fix; the message of the job or part is redelivered."""
    cause = repr(error.__cause__) if error.__cause__ else None
    log_event("retried", job, code=error.code, cause=cause)


def log_crashed(job: Job) -> None:
    """Log the unexpected exception that is being handled; the message is redelivered as well."""
    members = {"action": "retried", "job": job.id, "file": job.file_name, "code": "crash"}
    log.exception("job retried", extra=members)


def log_cache_failure(job: Job, error: CsvsumError) -> None:
    """Log that no earlier result could be looked for, or that this one cannot be found later."""
    cause = repr(error.__cause__) if error.__cause__ else None
    members = {"job": job.id, "file": job.file_name, "code": error.code, "cause": cause}
    log.warning("the cache of results does not answer", extra=members)


def log_dropped(job_id: str) -> None:
    """Log that a message is not worked on because its job is unknown or expired."""
    members = {"action": "dropped", "job": job_id}
    log.warning("dropped a message for job %s, which is unknown or expired", job_id, extra=members)


def log_unannounced(jobs: Sequence[Job], why: str) -> None:
    """Log that events of ended jobs were not sent. The sweeper sends them later."""
    for job in jobs:
        log_event("unannounced", job, cause=why)


def log_swept(in_progress: int, changed: int, announced: int) -> None:
    """Log how many jobs are in progress, and what the sweeper did.

    ``changed`` jobs were requeued or given up, and ``announced`` ones had their events sent.
    """
    members: dict[str, object] = {"action": "swept", "in_progress": in_progress, "changed": changed}
    members |= {"announced": announced} if announced else {}
    log.info("looked for jobs that no worker works on", extra=members)


def code_and_place(error: CsvsumError) -> dict[str, object]:
    """Return an error's code and, of a fault, its line (from 1), column (index) and byte."""
    if not isinstance(error, BadCsv):
        return {"code": error.code}
    fault = error.fault
    line = None if fault.line is None else fault.line + 1
    return {"code": fault.code, "line": line, "column": fault.column, "byte": fault.byte}
