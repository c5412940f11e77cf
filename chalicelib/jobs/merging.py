"""Merges the parts of a job."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.errors import BadCsv
from chalicelib.jobs.adding import add_up, require_complete
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.events import log_event
from chalicelib.jobs.fetching import IN_FLIGHT, fetch_ahead
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.parts import Plan, Rerun, group_of, settle
from chalicelib.jobs.ports import Clock, Jobs, Parts, Source
from chalicelib.jobs.reading import read_table
from chalicelib.jobs.results import Sums
from chalicelib.jobs.time_limit import TimeLimit

# Of parts that are fetched ahead. A column with its refused cells has some 200 characters.
COLUMNS_IN_FLIGHT = 200_000


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
        table = read_table(self.source, job)
        fetches = (saved[outcome.number, outcome.start].columns for outcome in settled.chain)
        fetched = fetch_ahead(fetches, in_flight(len(table.layout.wanted)))
        columns = add_up(settled.chain, self.limit.within(fetched))
        rows = sum(outcome.rows for outcome in settled.chain)
        unended = any(outcome.unended for outcome in settled.chain)
        self.finisher.finish(job, table, Sums(columns, rows, unended))

    def _send_reruns(self, job: Job, plan: Plan, reruns: Sequence[Rerun]) -> None:
        log_event("rerun", job, parts=len(reruns))
        # Store the number first: the last rerun to finish must know that it is the last.
        counts = Counter(group_of(rerun.number) for rerun in reruns)
        self.parts.expect_reruns(job.id, counts)
        self.jobs.expect_reruns(job.id, len(reruns), len(counts), self.now())
        self.cutter.send_reruns(job, plan, reruns)


def in_flight(columns: int) -> int:
    """Return how many parts may be fetched at the same time, by their columns."""
    return max(1, min(IN_FLIGHT, COLUMNS_IN_FLIGHT // max(columns, 1)))
