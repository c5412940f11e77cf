"""What clients see of a preview, as members of a JSON object."""

from dataclasses import asdict
from typing import Any

from chalicelib.jobs.job import Result
from chalicelib.jobs.preview import FirstRows, Preview
from chalicelib.web.job_json import error_json, notice_json

# Of a wide table, so that a reply stays small.
MAX_COLUMNS = 1000
SHOWN_COLUMNS = 100
SHOWN_CHARS = 100


def preview_json(preview: Preview) -> dict[str, Any]:
    """Return the preview as its client sees it, without members that are not known."""
    job, held = preview.job, preview.held
    members: dict[str, Any] = {
        "csv": job.file_name,
        "options": job.options.as_dict(),
        "bytes": job.version.size,
        "complete": held.complete,
        "compression": held.compression,
    }
    if preview.dialect:
        members["dialect"] = preview.dialect.as_dict(job.options.read)
        members |= _first(preview.first)
    if preview.parts:
        members["parts"] = preview.parts
    if preview.result:
        members |= _columns(preview.first.names, preview.result)
    if preview.problem:
        members["error"] = error_json(preview.problem)
    return members


def _first(first: FirstRows) -> dict[str, Any]:
    rows = [[_shortened(cell) for cell in row[:SHOWN_COLUMNS]] for row in first.rows]
    names = [_shortened(name) for name in first.names[:MAX_COLUMNS]]
    return {"fields": len(first.names), "names": names, "rows": rows}


def _columns(names: tuple[str, ...], result: Result) -> dict[str, Any]:
    places = {name: index for index, name in enumerate(names)}
    summed = [{"name": _shortened(name), "index": places[name]} for name in result.names]
    left_out = [{**asdict(each), "name": _shortened(each.name)} for each in result.left_out]
    return {
        "summed": summed[:MAX_COLUMNS],
        "left_out": left_out[:MAX_COLUMNS],
        "warnings": [notice_json(each) for each in result.warnings[:MAX_COLUMNS]],
    }


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"
