"""Brings files of this machine to the service, and submits them."""

import os
import stat
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.errors import BadRequest
from chalicelib.jobs.file_names import parse_name
from cli.failures import Exit, Failure
from cli.problems import Refusal
from cli.progress import bytes_bar
from cli.terminal import PROGRAM

if TYPE_CHECKING:
    from cli.service import Job, Service

STDIN = "-"


def upload(service: "Service", path: Path) -> str:
    """Upload a file with a progress bar. Return the name by which it can be submitted."""
    _require_readable(path)
    try:
        with bytes_bar(path.stat().st_size, f"Uploading {path.name}") as update:
            return service.upload(path, update)
    except KeyboardInterrupt:
        message = f"interrupted while {path} was uploaded; no job was submitted"
        raise Failure(message, Exit.INTERRUPTED) from None


def name_of(service: "Service", text: str, *, is_in_source: bool) -> str:
    """Return the name to submit: a file of this machine is uploaded first."""
    if text == STDIN:
        advice = f"{PROGRAM} sum - sums it on this machine."
        raise Failure("standard input cannot be uploaded", Exit.USAGE, advice=(advice,))
    path = Path(text)
    if is_in_source or (not path.exists() and _may_be_in_source(text)):
        return text
    return upload(service, path)


def _may_be_in_source(text: str) -> bool:
    try:
        return parse_name(text) == text
    except BadRequest:
        return False


def submit(
    service: "Service", name: str, options: Mapping[str, Any], *, fresh: bool = False
) -> "Job":
    """Submit a file. Raise Failure, with the nearest name if there is no such file.

    ``fresh``: sum it even if the service has its sums from an earlier job.
    """
    try:
        return service.submit(name, {**options, "fresh": True} if fresh else options)
    except Refusal as refusal:
        if refusal.code == "file_missing":
            raise _missing(service, name) from None
        raise
    except KeyboardInterrupt:
        advice = (f"{PROGRAM} list --limit 3 shows whether it was submitted.",)
        message = f"interrupted while {name} was submitted"
        raise Failure(message, Exit.INTERRUPTED, advice=advice) from None


def _require_readable(path: Path) -> None:
    if not path.exists():
        near = _nearest(str(path), _local_names(path))
        advice = (f"Did you mean {near}?",) if near else ()
        raise Failure(f"there is no file {path}", Exit.MISSING, advice=advice)
    if not stat.S_ISREG(path.stat().st_mode):
        advice = (f"{PROGRAM} submit takes several files: {path}/*.csv",) if path.is_dir() else ()
        raise Failure(f"{path} is not a file", Exit.USAGE, advice=advice)
    if not os.access(path, os.R_OK):
        raise Failure(f"{path} cannot be read: permission denied", Exit.MISSING)
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise Failure(f"the name {path.name!a} is not UTF-8; rename it", Exit.USAGE) from None


def _missing(service: "Service", name: str) -> Failure:
    known = [*_local_names(Path(name)), *_source_names(service, name)]
    near = _nearest(name, known)
    advice = f"Did you mean {near}?" if near else f"{PROGRAM} files lists the files of the service."
    message = f"there is no file {name}, neither on this machine nor in the service's source"
    return Failure(message, Exit.MISSING, advice=(advice,))


def _nearest(name: str, known: list[str]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1)), None)


def _local_names(path: Path) -> list[str]:
    try:
        return [str(each) for each in path.parent.iterdir() if each.is_file()]
    except OSError:
        return []


def _source_names(service: "Service", name: str) -> list[str]:
    """Return the names in the folder of a file; none if the service does not list them."""
    folder, slash, _ = name.rpartition("/")
    try:
        return [each["csv"] for each in service.files(folder + slash).items]
    except Failure:
        return []
