"""What the use cases are made of, and what requests and workers share."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Protocol

from chalicelib.engine.kernel import Kernel
from chalicelib.jobs.announcing import Announcer
from chalicelib.jobs.client_ports import Claims, History, Tokens, Uploads
from chalicelib.jobs.earlier import EarlierResults
from chalicelib.jobs.files import Catalog
from chalicelib.jobs.job import utc_now
from chalicelib.jobs.outcome_ports import Bus, Cache
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
from chalicelib.settings import Settings


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


class Shared:
    """The adapters and settings, and the use cases that several others have."""

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
