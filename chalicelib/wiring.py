"""Puts the use cases together from the settings. Nothing connects before it is used."""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cached_property
from threading import Lock
from typing import Any, Protocol

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.held_messages import HeldMessages
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.parts_table import PartsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.adapters.s3_source import S3Source
from chalicelib.adapters.work_queue import WorkQueue
from chalicelib.engine.kernel import Kernel
from chalicelib.jobs import queries
from chalicelib.jobs.counting import TOUCH_EVERY, PartCounter
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.events import JsonLines
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.merging import Merger
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.parts import PROOF_BYTES
from chalicelib.jobs.ports import Clock, Deliveries, Jobs, Parts, Queue, ReplyStore, Source
from chalicelib.jobs.recent import RecentJobs
from chalicelib.jobs.recovery import GiveUp, Sweep
from chalicelib.jobs.submission import Submit
from chalicelib.jobs.summing import SumJob, SumPart
from chalicelib.settings import Settings, settings

log = logging.getLogger("csvsum")


class Adapters(Protocol):
    """What implements the ports, and the kernel."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def parts(self) -> Parts: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def source(self) -> Source: ...
    @property
    def replies(self) -> ReplyStore: ...
    @property
    def kernel(self) -> Kernel: ...


class SettingsAdapters:
    """The adapters that the settings name. Each is made when it is first used."""

    def __init__(self, settings: Settings, clients: AwsClients | None = None) -> None:
        self._settings = settings
        self._clients = clients or AwsClients()

    @cached_property
    def jobs(self) -> Jobs:
        return JobsTable(
            self._settings.table,
            self.replies,
            self._settings.keep_days,
            self._clients.dynamodb,
        )

    @cached_property
    def parts(self) -> Parts:
        return PartsTable(
            self._settings.table,
            self.replies,
            self._settings.keep_days,
            self._clients.dynamodb,
        )

    @cached_property
    def queue(self) -> WorkQueue:
        names = self._settings.jobs_queue, self._settings.parts_queue
        return WorkQueue(*names, self._clients.sqs)

    @cached_property
    def deliveries(self) -> Deliveries:
        return HeldMessages(self.queue.urls, self._settings.visibility_seconds)

    @cached_property
    def source(self) -> Source:
        return source_of(self._settings.csv_source, self._clients)

    @cached_property
    def replies(self) -> ResultsBucket:
        return ResultsBucket(self._settings.results_bucket, self._clients.s3)

    @cached_property
    def kernel(self) -> Kernel:
        return best_kernel()


class UseCases:
    """The use cases over their adapters. Each is made when it is first used."""

    def __init__(
        self,
        adapters: Adapters,
        settings: Settings,
        now: Clock = utc_now,
        proof_bytes: int = PROOF_BYTES,
    ) -> None:
        self.adapters = adapters
        self.settings = settings
        self.now = now
        self.proof_bytes = proof_bytes

    @cached_property
    def submit(self) -> Submit:
        return Submit(self.adapters.jobs, self.adapters.queue, self.adapters.source, self.now)

    def find_job(self, job_id: str) -> Job:
        return queries.find_job(self.adapters.jobs, self.adapters.parts, job_id)

    def count_in_progress(self) -> int:
        return self.adapters.jobs.in_progress()

    def publish_reply(self, job: Job, name: str, text: str) -> str:
        return queries.publish_reply(self.adapters.replies, job, name, text)

    def held(self, record: Mapping[str, Any]) -> AbstractContextManager[None]:
        return self.adapters.deliveries.held(record)

    @cached_property
    def sum_job(self) -> SumJob:
        return SumJob(
            jobs=self.adapters.jobs,
            source=self.adapters.source,
            kernel=self.adapters.kernel,
            cutter=self._cutter,
            merger=self._merger,
            finisher=self._finisher,
            now=self.now,
        )

    @cached_property
    def sum_part(self) -> SumPart:
        return SumPart(
            jobs=RecentJobs(self.adapters.jobs, now=self.now),
            parts=self.adapters.parts,
            reader=PartReader(self.adapters.source, self.adapters.kernel, self.proof_bytes),
            counter=self._counter,
            cutter=self._cutter,
            merger=self._merger,
            finisher=self._finisher,
        )

    @cached_property
    def give_up(self) -> GiveUp:
        return GiveUp(self.adapters.jobs, self.now)

    @cached_property
    def sweep(self) -> Sweep:
        return Sweep(
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            stale_after=timedelta(seconds=self.settings.stale_seconds),
            give_up_after=timedelta(hours=self.settings.give_up_hours),
            lost_after=self.settings.visibility_seconds
            * self.settings.max_receive_count
            * timedelta(seconds=1),
            now=self.now,
        )

    @cached_property
    def _cutter(self) -> Cutter:
        return Cutter(
            jobs=self.adapters.jobs,
            parts=self.adapters.parts,
            queue=self.adapters.queue,
            source=self.adapters.source,
            part_bytes=self.settings.part_bytes,
            window=self.settings.parts_in_flight,
            now=self.now,
        )

    @cached_property
    def _counter(self) -> PartCounter:
        # Far more often than the sweeper takes a job for one that nobody works on.
        touch_every = min(TOUCH_EVERY, timedelta(seconds=self.settings.stale_seconds) / 10)
        return PartCounter(self.adapters.jobs, self.adapters.parts, touch_every, self.now)

    @cached_property
    def _merger(self) -> Merger:
        return Merger(
            jobs=self.adapters.jobs,
            parts=self.adapters.parts,
            queue=self.adapters.queue,
            source=self.adapters.source,
            finisher=self._finisher,
            now=self.now,
        )

    @cached_property
    def _finisher(self) -> Finisher:
        jobs, source, kernel = self.adapters.jobs, self.adapters.source, self.adapters.kernel
        return Finisher(jobs, source, kernel, self.now)


class CurrentUseCases:
    """Gives the use cases of this process: those of the environment, unless others were put in."""

    def __init__(self) -> None:
        self._current: UseCases | None = None
        self._lock = Lock()  # the threads of `chalice local` share one

    def __call__(self) -> UseCases:
        with self._lock:
            if self._current is None:
                self._current = use_cases_of(settings())
            return self._current

    @contextmanager
    def replaced_by(self, use_cases: UseCases) -> Iterator[None]:
        """Give these instead, for as long as the block lasts."""
        before, self._current = self._current, use_cases
        try:
            yield
        finally:
            self._current = before


use_cases = CurrentUseCases()


def use_cases_of(settings: Settings) -> UseCases:
    return UseCases(SettingsAdapters(settings), settings)


def source_of(url: str, clients: AwsClients | None = None) -> Source:
    """Return the folder of file:///folder, or the bucket of s3://bucket/prefix."""
    scheme, _, rest = url.partition("://")
    if scheme == "file":
        return FolderSource(rest)
    bucket, _, prefix = rest.partition("/")
    return S3Source(bucket, prefix, (clients or AwsClients()).s3)


def best_kernel() -> Kernel:
    """Return the native kernel where it is built for this machine, else the pandas kernel."""
    # Imported here, since the API and the sweeper need no kernel.
    from chalicelib.engine.native import load
    from chalicelib.engine.pandas_kernel import PandasKernel

    kernel = load()
    if kernel is None:
        log.warning("the native kernel is not built for this machine; using pandas, same digits")
    return kernel or PandasKernel()


def start_logging(level: str) -> None:
    """Log one JSON object a line, with the handler that Lambda has set up or to standard output."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonLines())
    log.setLevel(level)
