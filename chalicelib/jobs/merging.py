"""Merges the parts of a job."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from chalicelib.engine.sums import add_columns
from chalicelib.errors import BadCsv
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.events import log_event
from chalicelib.jobs.fetching import fetch_ahead
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.parts import Outcome, Plan, Rerun, group_of, settle
from chalicelib.jobs.ports import Clock, Jobs, Parts, Source
from chalicelib.jobs.reading import read_header
from chalicelib.jobs.time_limit import TimeLimit


@dataclass(eq=False)
class Merger:
    """Finishes jobs whose parts are all stored, or sends reruns."""

    jobs: Jobs
    parts: Parts
    cutter: Cutter
    source: Source
    finisher: Finisher
    limit: TimeLimit
    now: Clock = utc_now

    def merge(self, job: Job) -> None:
        """Add up the parts of a job, or send reruns of those that assumed a wrong start state.

        Raises BadCsv with the first fault of the file.
        """
        if job.plan is None:
            raise ValueError(f"job {job.id} is not cut")
        saved = self.parts.saved(job.id)
        settled = settle({key: part.outcome for key, part in saved.items()}, job.plan)
        if settled.fault is not None:
            raise BadCsv(settled.fault)
        if settled.reruns:
            self._send_reruns(job, job.plan, settled.reruns)
            return
        require_complete(job.plan, settled.chain)
        layout = read_header(self.source, job)
        fetches = (saved[outcome.number, outcome.start].columns for outcome in settled.chain)
        columns = reduce(add_columns, self.limit.within(fetch_ahead(fetches)))
        rows = sum(outcome.rows for outcome in settled.chain)
        self.finisher.succeed(job, layout.names, columns, rows)

    def _send_reruns(self, job: Job, plan: Plan, reruns: Sequence[Rerun]) -> None:
        log_event("rerun", job, parts=len(reruns))
        # Store the number first: the last rerun to finish must know that it is the last.
        counts = Counter(group_of(rerun.number) for rerun in reruns)
        self.parts.expect_reruns(job.id, counts)
        self.jobs.expect_reruns(job.id, len(reruns), len(counts), self.now())
        self.cutter.send_reruns(job, plan, reruns)


def require_complete(plan: Plan, chain: Sequence[Outcome]) -> None:
    """Raise ValueError unless the rows of the parts have as many bytes as the file.

    This is the last guard against a sum that misses a row or counts it twice.
    """
    counted = plan.data_start + sum(outcome.bytes for outcome in chain)
    if len(chain) != plan.count or counted != plan.size:
        raise ValueError(f"{len(chain)} parts hold {counted} of {plan.size} bytes")
