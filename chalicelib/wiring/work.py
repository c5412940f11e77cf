"""The use cases of the queues and of the schedule."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from chalicelib.jobs.cancelling import EndWatch
from chalicelib.jobs.counting import TOUCH_EVERY, PartCounter
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.merging import Merger
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.ports import (
    Source,
)
from chalicelib.jobs.recent import RecentJobs
from chalicelib.jobs.recovery import GiveUp, Sweep
from chalicelib.jobs.stoppable_source import StoppableSource
from chalicelib.jobs.summing import SumJob, SumPart
from chalicelib.jobs.time_limit import TimeLimit
from chalicelib.wiring.adapters import Shared


class Work(Shared):
    """What workers, the dead letters and the schedule do. Each is created on first use."""

    @contextmanager
    def work_on(self, record: Mapping[str, Any], context: Any) -> Iterator[None]:
        """Hold a message during the work on it; stop before the limit of Lambda's ``context``."""

        def seconds_left() -> float:
            milliseconds: int = context.get_remaining_time_in_millis()
            return milliseconds / 1000

        with self.adapters.deliveries.held(record), self.time_limit.of(seconds_left):
            yield

    @cached_property
    def time_limit(self) -> TimeLimit:
        return TimeLimit()

    @cached_property
    def _source(self) -> Source:
        """Return the source of workers: they stop at their time limit, or with their job."""
        stops = (self._watch.within, self.time_limit.within)
        return StoppableSource(self.adapters.source, stops)

    @cached_property
    def _watch(self) -> EndWatch:
        return EndWatch(self.adapters.jobs, self.now)

    @cached_property
    def sum_job(self) -> SumJob:
        return SumJob(
            jobs=self.adapters.jobs,
            source=self._source,
            kernel=self.adapters.kernel,
            cutter=self._cutter,
            merger=self._merger,
            finisher=self._finisher,
            watch=self._watch,
            now=self.now,
        )

    @cached_property
    def sum_part(self) -> SumPart:
        return SumPart(
            jobs=RecentJobs(self.adapters.jobs, now=self.now),
            parts=self.adapters.parts,
            reader=PartReader(self._source, self.adapters.kernel, self.proof_bytes),
            counter=self._counter,
            cutter=self._cutter,
            merger=self._merger,
            finisher=self._finisher,
            watch=self._watch,
        )

    @cached_property
    def give_up(self) -> GiveUp:
        return GiveUp(self.adapters.jobs, self._announcer, self.now)

    @cached_property
    def sweep(self) -> Sweep:
        return Sweep(
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            announcer=self._announcer,
            stale_after=timedelta(seconds=self.settings.stale_seconds),
            give_up_after=self._give_up_after,
            lost_after=self.settings.visibility_seconds
            * self.settings.max_receive_count
            * timedelta(seconds=1),
            now=self.now,
        )

    @property
    def _give_up_after(self) -> timedelta:
        """Return when to give a job up: long before it expires, or its client's count is wrong."""
        hours, days = self.settings.give_up_hours, self.settings.keep_days
        return min(timedelta(hours=hours), timedelta(days=days) / 2)

    @cached_property
    def _cutter(self) -> Cutter:
        return Cutter(
            jobs=self.adapters.jobs,
            parts=self.adapters.parts,
            queue=self.adapters.queue,
            part_bytes=self.settings.part_bytes,
            parts_per_job=self.settings.parts_per_job,
            window=self.settings.parts_in_flight,
            now=self.now,
        )

    @cached_property
    def _counter(self) -> PartCounter:
        # Much more often than a job without changes becomes stale.
        touch_every = min(TOUCH_EVERY, timedelta(seconds=self.settings.stale_seconds) / 10)
        return PartCounter(self.adapters.jobs, self.adapters.parts, touch_every, self.now)

    @cached_property
    def _merger(self) -> Merger:
        return Merger(
            jobs=self.adapters.jobs,
            parts=self.adapters.parts,
            cutter=self._cutter,
            source=self._source,
            finisher=self._finisher,
            limit=self.time_limit,
            now=self.now,
        )

    @cached_property
    def _finisher(self) -> Finisher:
        return Finisher(
            jobs=self.adapters.jobs,
            source=self._source,
            kernel=self.adapters.kernel,
            earlier=self._earlier,
            announcer=self._announcer,
            now=self.now,
        )
