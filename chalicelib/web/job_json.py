"""What clients see of jobs, as members of JSON objects."""

from dataclasses import asdict
from typing import Any

from chalicelib.jobs.job import Job, Ledger, Notice, Problem, Result, as_text


def job_json(job: Job) -> dict[str, Any]:
    """Return the job as its client sees it, without members that have no value yet."""
    members: dict[str, Any] = {
        "id": job.id,
        "csv": job.file_name,
        "bytes": job.version.size,
        "options": job.options.as_dict(),
        "status": job.status.value,
        "progress": {"parts_done": job.parts_done, "parts": job.parts, "bytes": job.bytes_done},
        "submitted_at": as_text(job.submitted_at),
        "started_at": as_text(job.started_at) if job.started_at else None,
        "finished_at": as_text(job.finished_at) if job.finished_at else None,
    }
    if job.cached_from:
        members["cached_from"] = job.cached_from
    if job.dialect:
        members["dialect"] = job.dialect.as_dict(job.options.read)
    if job.result:
        # Objects of JSON have no order, and JavaScript sorts names that are numbers.
        members["summed"] = list(job.result.names)
        members["result"] = job.result.numbers()
        members["exact"] = job.result.exact()
        members["cells"] = _cells(job.result)
        members["left_out"] = [asdict(each) for each in job.result.left_out]
        members["warnings"] = [notice_json(each) for each in job.result.warnings]
    if job.problem:
        members["error"] = error_json(job.problem)
    if job.ledger:
        members["ledger"] = _ledger(job.ledger, job.version.etag)
    return members


def _cells(result: Result) -> dict[str, dict[str, int]]:
    counts = zip(result.names, result.values, result.missing, result.skipped, strict=True)
    return {
        name: {"values": values, "missing": missing, "skipped": skipped}
        for name, values, missing, skipped in counts
    }


def _ledger(ledger: Ledger, etag: str) -> dict[str, object]:
    return {
        "rows": ledger.rows,
        "bytes": ledger.bytes,
        "parts": ledger.parts,
        "etag": etag,
        "seconds": ledger.seconds,
        "kernel": ledger.kernel,
    }


def error_json(problem: Problem) -> dict[str, Any]:
    """Return why a job failed."""
    error = {"code": problem.code, "detail": problem.detail}
    return error | place_json(problem) | advice_json(problem)


def place_json(problem: Problem) -> dict[str, Any]:
    place = {"line": problem.line, "column": problem.column, "byte_offset": problem.byte_offset}
    return {name: value for name, value in place.items() if value is not None}


def advice_json(problem: Problem) -> dict[str, Any]:
    # Options with which the job's own can be replaced, by name.
    suggestions = [
        {"code": each.code, "sentence": each.sentence, "options": each.replacements()}
        for each in problem.suggestions
    ]
    excerpt = problem.excerpt.as_dict() if problem.excerpt else None
    advice = {"suggestions": suggestions, "excerpt": excerpt}
    return {name: value for name, value in advice.items() if value}


def notice_json(notice: Notice) -> dict[str, str]:
    column = {"column": notice.column} if notice.column is not None else {}
    return {"code": notice.code, "detail": notice.detail, **column}
