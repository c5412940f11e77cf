"""The use cases with their adapters."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, Protocol

from chalicelib.engine.kernel import Kernel
from chalicelib.jobs import queries
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.announcing import Announcer
from chalicelib.jobs.authentication import Authenticate, ByCaller, ByToken, everybody
from chalicelib.jobs.cancelling import Cancel, EndWatch
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.client_ports import Claims, History, Tokens, Uploads
from chalicelib.jobs.counting import TOUCH_EVERY, PartCounter
from chalicelib.jobs.cutting import Cutter
from chalicelib.jobs.earlier import EarlierResults
from chalicelib.jobs.files import Catalog, ListFiles
from chalicelib.jobs.finishing import Finisher
from chalicelib.jobs.inbox import TakeIn
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.listing import ListJobs, Page
from chalicelib.jobs.merging import Merger
from chalicelib.jobs.outcome_ports import Bus, Cache
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.part_states import JobParts, find_parts
from chalicelib.jobs.parts import PROOF_BYTES
from chalicelib.jobs.ports import (
    Clock,
    Deliveries,
    Jobs,
    Parts,
    Queue,
    ReplyStore,
    Source,
)
from chalicelib.jobs.preview import PreviewFile
from chalicelib.jobs.recent import RecentJobs
from chalicelib.jobs.recovery import GiveUp, Sweep
from chalicelib.jobs.repeating import SubmitOnce
from chalicelib.jobs.stoppable_source import StoppableSource
from chalicelib.jobs.submission import Submit
from chalicelib.jobs.summing import SumJob, SumPart
from chalicelib.jobs.time_limit import TimeLimit
from chalicelib.jobs.uploads import Upload
from chalicelib.jobs.waiting import Wait
from chalicelib.settings import Auth, Settings


class Adapters(Protocol):
    """What implements the ports, and the kernel."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def parts(self) -> Parts: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def cache(self) -> Cache: ...
    @property
    def bus(self) -> Bus | None: ...
    @property
    def history(self) -> History: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def source(self) -> Source: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def catalog(self) -> Catalog: ...
    @property
    def replies(self) -> ReplyStore: ...
    @property
    def kernel(self) -> Kernel: ...


class UseCases:
    """The use cases with their adapters. Each is created on first use."""

    def __init__(
        self,
        adapters: Adapters,
        settings: Settings,
        now: Clock = utc_now,
        proof_bytes: int = PROOF_BYTES,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.adapters = adapters
        self.settings = settings
        self.now = now
        self.proof_bytes = proof_bytes
        self.sleep = sleep

    @cached_property
    def authenticate(self) -> Authenticate:
        if self.settings.auth is Auth.OPEN:
            return everybody
        if self.settings.auth is Auth.IAM:
            return ByCaller(self.settings.iam_admins)
        return ByToken(self.adapters.tokens, self.now)

    @cached_property
    def submit(self) -> Submit:
        return Submit(
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            source=self.adapters.source,
            max_gzip_bytes=self.settings.max_gzip_bytes,
            max_jobs=self.settings.jobs_limit,
            allowance=Allowance(self.adapters.jobs, self.settings.max_bytes_in_progress, self.now),
            history=self.adapters.history,
            earlier=self._earlier,
            announcer=self._announcer,
            now=self.now,
        )

    @cached_property
    def take_in(self) -> TakeIn:
        return TakeIn(
            # Nobody could submit the file later, so there is no limit.
            submit=replace(self.submit, max_jobs=None),
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            source=self.adapters.source,
            history=self.adapters.history,
            announcer=self._announcer,
            now=self.now,
        )

    @cached_property
    def _announcer(self) -> Announcer:
        return Announcer(
            jobs=self.adapters.jobs,
            bus=self.adapters.bus,
            service=self.settings.api_name,
            now=self.now,
        )

    @cached_property
    def _earlier(self) -> EarlierResults:
        return EarlierResults(
            jobs=self.adapters.jobs,
            cache=self.adapters.cache,
            source=self.settings.csv_source,
            keep=timedelta(days=self.settings.keep_days),
            enabled=self.settings.cache,
            now=self.now,
        )

    @cached_property
    def submit_once(self) -> SubmitOnce:
        return SubmitOnce(
            submit=self.submit,
            claims=self.adapters.claims,
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            now=self.now,
        )

    @cached_property
    def preview(self) -> PreviewFile:
        return PreviewFile(self.adapters.source, self.adapters.kernel, self.now)

    @cached_property
    def upload(self) -> Upload:
        return Upload(self.adapters.uploads, self.settings.max_upload_bytes, self.now)

    @cached_property
    def list_files(self) -> ListFiles:
        return ListFiles(self.adapters.catalog, self.settings.list_files)

    @cached_property
    def list_jobs(self) -> ListJobs:
        return ListJobs(self.adapters.history, self.adapters.parts)

    def wait_for_jobs(
        self, find: Callable[[], Page], seconds: float, is_wanted: Callable[[Page], bool]
    ) -> Page:
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def storage_origins(self) -> frozenset[str]:
        """Return the origins to which links in replies lead."""
        return frozenset({self.adapters.replies.origin(), self.adapters.uploads.origin()})

    def find_job(self, job_id: str, client: Client) -> Job:
        return queries.find_job(self.adapters.jobs, self.adapters.parts, job_id, client)

    def wait_for_job(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[Job], bool]
    ) -> Job:
        find = partial(self.find_job, job_id, client)
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def wait_for_parts(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[JobParts], bool]
    ) -> JobParts:
        find = partial(find_parts, self.adapters.jobs, self.adapters.parts, job_id, client)
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def cancel_job(self, job_id: str, client: Client) -> Job:
        cancel = Cancel(self.adapters.jobs, self._announcer, self.now)
        return cancel(self.find_job(job_id, client))

    def count_in_progress(self, client: Client = OPEN) -> int:
        return queries.count_in_progress(self.adapters.jobs, client)

    def publish_reply(self, job: Job, name: str, text: str) -> str:
        return queries.publish_reply(self.adapters.replies, job, name, text)

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
