"""The use case: sum each file that is put into the inbox, a folder of the uploads bucket.

The bucket reports a new file at least once, and in any order. The id of the job follows from what
is reported, so all reports of one file are one job. The jobs belong to the client ``inbox``.

A file named ``csvsum.json`` has the options of the files beside it and below it; the nearest one
counts. It is a JSON object, like the body of a submission without the name of the file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from chalicelib.engine.options import Options
from chalicelib.errors import (
    BadFileName,
    BadOptionsFile,
    BadRequest,
    CsvsumError,
    FileChanged,
    FileGone,
    FileMissing,
    GivenUp,
    TryAgain,
)
from chalicelib.jobs.announcing import Announcer
from chalicelib.jobs.client_ports import History
from chalicelib.jobs.events import log_event, log_failed
from chalicelib.jobs.file_names import parse_name
from chalicelib.jobs.job import FileVersion, Status, queued, utc_now
from chalicelib.jobs.options import parse_submission
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue, Source
from chalicelib.jobs.problems import problem_of
from chalicelib.jobs.submission import Submit
from chalicelib.jobs.uploads import INBOX, PREFIX

#: How the keys of files in the inbox begin.
FOLDER = f"{INBOX.name}/"
OPTIONS_FILE = "csvsum.json"
MAX_OPTIONS_BYTES = 64 * 1024
WHY_GIVEN_UP = "The file was reported, but no job could be made of it in several tries"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that was put into the uploads bucket, as the bucket reports it."""

    bucket: str
    key: str
    size: int
    #: Without quotes.
    etag: str
    #: Another one each time that a file is put under the key.
    sequencer: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be summed: in the inbox, neither options nor the mark of a folder."""
        name = self.key.rpartition("/")[2]
        return self.key.startswith(FOLDER) and name not in ("", OPTIONS_FILE)

    @property
    def job_id(self) -> str:
        members = [self.bucket, self.key, self.etag, self.sequencer]
        return sha256(json.dumps(members).encode()).hexdigest()[:32]


@dataclass(eq=False)
class TakeIn:
    """Makes one job of each file that is put into the inbox."""

    submit: Submit
    jobs: Jobs
    queue: Queue
    source: Source
    history: History
    announcer: Announcer
    now: Clock = utc_now

    def __call__(self, file: NewFile) -> None:
        """Submit a file, or store why it cannot be: a failed job. Do nothing on a repeat.

        Raise TryAgain to have the report redelivered.
        """
        if not file.is_wanted:
            return
        job = self.jobs.find(file.job_id)
        if job is None:
            self._submit(file)
        elif job.status is Status.QUEUED:  # its worker may have died before it sent the message
            self.queue.send([Message(job.id)])

    def give_up(self, file: NewFile) -> None:
        """Store a failed job for a file whose report was delivered too often."""
        if file.is_wanted and self.jobs.find(file.job_id) is None:
            self._fail(file, GivenUp(f"{WHY_GIVEN_UP}; put the file there once more."))

    def _submit(self, file: NewFile) -> None:
        try:
            name = _name_of(file)
            self._require_same(file, name)
            options, fresh = options_for(self.source, name)
            self.submit(name, options, INBOX, file.job_id, fresh)
        except FileMissing:
            self._fail(file, FileGone(PREFIX + file.key))
        except CsvsumError as error:
            if error.retryable:
                raise
            self._fail(file, error)

    def _require_same(self, file: NewFile, name: str) -> None:
        """Raise FileChanged if the file was replaced; that is reported as well."""
        if self.source.version(name).etag.strip('"') != file.etag:
            raise FileChanged(name)

    def _fail(self, file: NewFile, error: CsvsumError) -> None:
        now, version = self.now(), FileVersion(file.size, f'"{file.etag}"')
        job = replace(
            queued(file.job_id, PREFIX + file.key, Options(), version, now),
            client=INBOX.name,
            status=Status.FAILED,
            finished_at=now,
            problem=problem_of(error),
        )
        self.history.add_client(INBOX.name)
        if self.jobs.put_ended(job):
            log_event("accepted", job, bytes=file.size, client=job.client)
            log_failed(job, error, 0.0)
            self.announcer.announce(job)


def _name_of(file: NewFile) -> str:
    """Return the name of a file in requests. Raises BadFileName."""
    try:
        return parse_name(PREFIX + file.key)
    except BadRequest as error:
        raise BadFileName(error.detail) from error


def options_for(source: Source, name: str) -> tuple[Options, bool]:
    """Return the options for a file in the inbox, and whether to sum it in any case.

    Raise BadOptionsFile if the nearest file of options is wrong, and TryAgain.
    """
    for options_name in options_names(name):
        try:
            raw = _content(source, options_name)
        except FileMissing:
            continue
        except FileChanged as changed:
            raise TryAgain(f"{options_name} changes.") from changed
        return _parsed(options_name, raw)
    return Options(), False


def options_names(name: str) -> Iterator[str]:
    """Yield the names of the files of options that may hold for a file, the nearest first."""
    folder = name.rpartition("/")[0]
    top = (PREFIX + FOLDER).rstrip("/")
    while folder.startswith(top):
        yield f"{folder}/{OPTIONS_FILE}"
        folder = folder.rpartition("/")[0]


def _content(source: Source, name: str) -> bytes:
    version = source.probe(name).version
    if version.size > MAX_OPTIONS_BYTES:
        raise BadOptionsFile(
            name, f"it has {version.size:,} bytes, and may have {MAX_OPTIONS_BYTES:,}"
        )
    return b"".join(source.read(name, version))


def _parsed(name: str, raw: bytes) -> tuple[Options, bool]:
    try:
        members = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        why = f"its byte {error.start} is 0x{raw[error.start]:02X}, which is not UTF-8"
        raise BadOptionsFile(name, why) from error
    except json.JSONDecodeError as error:
        why = f"it is no JSON in line {error.lineno}, column {error.colno}: {error.msg}"
        raise BadOptionsFile(name, why) from error
    except (ValueError, RecursionError) as error:
        raise BadOptionsFile(name, "it is no JSON that can be read") from error
    if not isinstance(members, dict):
        raise BadOptionsFile(name, 'it must be a JSON object, like {"step": 1}')
    try:
        return parse_submission(members)
    except BadRequest as error:
        raise BadOptionsFile(name, error.detail.rstrip(".")) from error
