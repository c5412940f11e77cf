"""Answers a submission from the result of an earlier job.

The same bytes, options and code give the same sums. So a job whose file, options and code are those
of a job that has succeeded succeeds at once, with the same result.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from chalicelib.engine.version import ENGINE, version_of
from chalicelib.errors import CsvsumError
from chalicelib.jobs import results
from chalicelib.jobs.events import log_cache_failure
from chalicelib.jobs.job import Job, Status, utc_now
from chalicelib.jobs.outcome_ports import Cache
from chalicelib.jobs.ports import Clock, Jobs
from chalicelib.jobs.uploads import PREFIX

# A job that expires so soon answers no other one: a client would hardly see it any more.
EXPIRING = timedelta(hours=1)
#: The version of the code that results depend on. It is read when the process starts: if the files
#: change later, the process still runs what was there, and its results are not those of new code.
CODE_VERSION = version_of(ENGINE, Path(results.__file__))


@dataclass(eq=False)
class EarlierResults:
    """Finds results by what they depend on. If it is not ``enabled``, there are none.

    ``source`` is the URL of the source. Jobs are kept for ``keep``. Whatever fails here only costs
    the time of summing a file once more, so it is logged and not raised.
    """

    jobs: Jobs
    cache: Cache
    source: str
    keep: timedelta
    enabled: bool = True
    now: Clock = utc_now
    code: str | None = None

    def find(self, job: Job) -> Job | None:
        """Return the job whose result is the one of a new job; None if there is none."""
        if not (self.enabled and job.is_reusable):
            return None
        try:
            found = self.cache.find(self.key(job), self.now())
            earlier = self.jobs.find(found) if found else None
        except CsvsumError as error:
            log_cache_failure(job, error)
            return None
        return earlier if earlier and _has_result_of(earlier, job) else None

    def remember(self, job: Job) -> None:
        """Let a job that has succeeded answer later ones, in place of the one that did."""
        if not (self.enabled and job.is_reusable):
            return
        try:
            self.cache.store(self.key(job), job.id, job.submitted_at + self.keep - EXPIRING)
        except CsvsumError as error:
            log_cache_failure(job, error)

    def key(self, job: Job) -> str:
        """Return a digest of all that the result of a job depends on, and of who may have it.

        All clients may read all files of the source, but an upload is its client's alone.
        """
        owner = job.client if job.file_name.startswith(PREFIX) else ""
        version, options = job.version, job.options.as_dict()
        code = self.code or CODE_VERSION
        members = [
            self.source,
            job.file_name,
            version.size,
            version.etag,
            options,
            owner,
            code,
        ]
        return sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()


def answered(job: Job, earlier: Job) -> Job:
    """Return a new job as it succeeds at once with the result of an earlier one."""
    return replace(
        job,
        status=Status.SUCCEEDED,
        started_at=job.submitted_at,
        finished_at=job.submitted_at,
        dialect=earlier.dialect,
        plan=earlier.plan,
        result=earlier.result,
        ledger=replace(earlier.ledger, seconds=0.0) if earlier.ledger else None,
        cached_from=earlier.id,
    )


def _has_result_of(earlier: Job, job: Job) -> bool:
    """Return whether an earlier job has the result of a new one: a guard against wrong keys."""
    same = (earlier.file_name, earlier.version, earlier.options) == (
        job.file_name,
        job.version,
        job.options,
    )
    return same and earlier.status is Status.SUCCEEDED and earlier.result is not None
