"""Builds the service from the settings. Nothing connects before it is used."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import Lock

from chalicelib.adapters.cache_table import CacheTable
from chalicelib.adapters.claims_table import ClaimsTable
from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.event_bus import EventBus
from chalicelib.adapters.folder_files import FolderFiles
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.held_messages import HeldMessages
from chalicelib.adapters.history_table import HistoryTable
from chalicelib.adapters.identity import account_and_region
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.parts_table import PartsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.adapters.s3_files import S3Files
from chalicelib.adapters.s3_source import S3Place, S3Source
from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.adapters.uploads_bucket import UploadsBucket
from chalicelib.adapters.work_queue import WorkQueue
from chalicelib.engine.kernel import Kernel
from chalicelib.jobs.client_ports import Claims, History, Tokens, Uploads
from chalicelib.jobs.events import JsonLines
from chalicelib.jobs.files import Catalog
from chalicelib.jobs.outcome_ports import Cache
from chalicelib.jobs.ports import Deliveries, Jobs, Parts, Source
from chalicelib.jobs.sources import Sources
from chalicelib.jobs.uploads import PREFIX
from chalicelib.settings import Settings, settings
from chalicelib.wiring.container import UseCases

log = logging.getLogger("csvsum")


class SettingsAdapters:
    """The adapters that the settings name. Each is created on first use."""

    def __init__(self, settings: Settings, clients: AwsClients | None = None) -> None:
        self._settings = settings
        self._clients = clients or AwsClients(settings.call_tries)

    @cached_property
    def jobs(self) -> Jobs:
        return JobsTable(
            self._settings.table,
            self.replies,
            self._settings.keep_days,
            self._clients.dynamodb,
            marks_ended=self.bus is not None,
        )

    @cached_property
    def bus(self) -> EventBus | None:
        name = self._settings.event_bus
        return EventBus(name, self._clients.events) if name else None

    @cached_property
    def tokens(self) -> Tokens:
        return TokensTable(self._settings.tokens_table, self._clients.dynamodb)

    @cached_property
    def parts(self) -> Parts:
        return PartsTable(
            self._settings.table,
            self.replies,
            self._settings.keep_days,
            self._clients.dynamodb,
        )

    @cached_property
    def claims(self) -> Claims:
        return ClaimsTable(self._settings.table, self._clients.dynamodb)

    @cached_property
    def cache(self) -> Cache:
        return CacheTable(self._settings.table, self._clients.dynamodb)

    @cached_property
    def history(self) -> History:
        return HistoryTable(self._settings.table, self._clients.dynamodb)

    @cached_property
    def queue(self) -> WorkQueue:
        names = self._settings.jobs_queue, self._settings.parts_queue
        return WorkQueue(*names, self._clients.sqs)

    @cached_property
    def deliveries(self) -> Deliveries:
        return HeldMessages(self.queue.urls, self._settings.visibility_seconds)

    @cached_property
    def source(self) -> Source:
        files = source_of(self._settings.csv_source, self._clients)
        bucket, owner = self._settings.uploads_bucket, self._settings.uploads_owner
        place = S3Place(bucket, owner=owner, mount=PREFIX)
        return Sources(files, S3Source(place, self._clients.s3))

    @cached_property
    def catalog(self) -> Catalog:
        return catalog_of(self._settings.csv_source, self._clients)

    @cached_property
    def uploads(self) -> Uploads:
        bucket, owner = self._settings.uploads_bucket, self._settings.uploads_owner
        return UploadsBucket(bucket, self._clients.s3, owner)

    @cached_property
    def replies(self) -> ResultsBucket:
        return ResultsBucket(
            self._settings.results_bucket, self._clients.s3, owner=self._settings.account
        )

    @cached_property
    def kernel(self) -> Kernel:
        return best_kernel()


class CurrentUseCases:
    """Provides the use cases of this process: those of the environment, or others in tests."""

    def __init__(self) -> None:
        self._current: UseCases | None = None
        self._lock = Lock()  # the threads of `chalice local` share one

    def __call__(self) -> UseCases:
        with self._lock:
            if self._current is None:
                self._current = use_cases_of(resolved(settings()))
            return self._current

    @contextmanager
    def replaced_by(self, use_cases: UseCases) -> Iterator[None]:
        """Provide these instead, within the block."""
        before, self._current = self._current, use_cases
        try:
            yield
        finally:
            self._current = before


use_cases = CurrentUseCases()


def resolved(settings: Settings) -> Settings:
    """Return the settings with the names of this account's buckets."""
    return settings.in_account(*account_and_region()) if settings.depend_on_account else settings


def use_cases_of(settings: Settings) -> UseCases:
    return UseCases(SettingsAdapters(settings), settings)


def source_of(url: str, clients: AwsClients | None = None) -> Source:
    """Return the folder of file:///folder, or the bucket of s3://bucket/prefix."""
    scheme, _, rest = url.partition("://")
    if scheme == "file":
        return FolderSource(rest)
    bucket, _, prefix = rest.partition("/")
    return S3Source(S3Place(bucket, prefix), (clients or AwsClients()).s3)


def catalog_of(url: str, clients: AwsClients) -> Catalog:
    """Return what lists the source of a URL."""
    scheme, _, rest = url.partition("://")
    if scheme == "file":
        return FolderFiles(rest)
    bucket, _, prefix = rest.partition("/")
    return S3Files(S3Place(bucket, prefix), clients.s3)


def best_kernel() -> Kernel:
    """Return the native kernel if it is built for this machine, else the pandas kernel."""
    # Imported here, since the API and the sweeper need no kernel.
    from chalicelib.engine.native import load
    from chalicelib.engine.pandas_kernel import PandasKernel

    kernel = load()
    if kernel is None:
        log.warning("the native kernel is not built for this machine; using pandas, same digits")
    return kernel or PandasKernel()


def start_logging(settings: Settings) -> None:
    """Log one JSON object a line, with Lambda's handler if there is one, or to standard output."""
    service = settings.api_name if settings.on_lambda else None
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonLines(service))
    log.setLevel(settings.log_level)
