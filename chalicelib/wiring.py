"""Puts the service together from the settings. Nothing connects before it is used."""

import logging
from datetime import timedelta
from functools import cache

from chalicelib.adapters.folder_source import FolderSource
from chalicelib.adapters.identity import account_and_region
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.adapters.s3_source import S3Source
from chalicelib.adapters.work_queue import WorkQueue
from chalicelib.engine.kernel import Kernel, ReferenceKernel
from chalicelib.engine.native import binding as native
from chalicelib.jobs.ports import Source
from chalicelib.jobs.recovery import Recovery
from chalicelib.jobs.service import Doors, Service
from chalicelib.jobs.work import Work
from chalicelib.settings import Settings, settings

log = logging.getLogger("csvsum")


@cache
def doors() -> Doors:
    return doors_of(resolved(settings()))


def resolved(settings: Settings) -> Settings:
    """The settings with the names of this account's buckets."""
    return settings.in_account(*account_and_region()) if settings.depend_on_account else settings


def doors_of(settings: Settings) -> Doors:
    results_bucket = ResultsBucket(settings.results_bucket)
    return Doors(
        jobs=JobsTable(settings.table, results_bucket, settings.keep_days),
        queue=WorkQueue(settings.jobs_queue, settings.parts_queue),
        source=source_of(settings.csv_source),
        kernel=best_kernel(),
        replies=results_bucket,
        part_bytes=settings.part_bytes,
        stale_after=timedelta(seconds=settings.stale_seconds),
        give_up_after=timedelta(hours=settings.give_up_hours),
    )


def source_of(url: str) -> Source:
    """The folder of file:///folder, or the bucket of s3://bucket/prefix."""
    scheme, _, rest = url.partition("://")
    if scheme == "file":
        return FolderSource(rest)
    bucket, _, prefix = rest.partition("/")
    return S3Source(bucket, prefix)


def best_kernel() -> Kernel:
    """The native kernel where it is built for this machine; the reference kernel does the same anywhere."""
    kernel = native.load()
    if kernel is None:
        log.warning(
            "the native kernel is not built for this machine; pandas does the work, with the same digits"
        )
    return kernel or ReferenceKernel()


def service() -> Service:
    return Service(doors())


def work() -> Work:
    return Work(doors())


def recovery() -> Recovery:
    return Recovery(doors())
