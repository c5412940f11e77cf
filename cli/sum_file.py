"""Sums one file or stream: in parts on all cores if it can be cut, else while it is unpacked."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Semaphore, Thread
from time import perf_counter

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.opening import Table, open_table
from chalicelib.engine.options import Options
from chalicelib.errors import BadCsv
from chalicelib.jobs.job import Job, Result, queued, utc_now
from chalicelib.jobs.part_reading import PartReader
from chalicelib.jobs.parts import PROOF_BYTES, part_size
from chalicelib.jobs.planning import plan_of
from chalicelib.jobs.reading import read_text
from chalicelib.jobs.results import Sums, decide
from cli.local_file import LocalFile, Stream
from cli.progress import Update, ignore
from cli.sum_parts import sum_parts

#: A part of this size takes some milliseconds, many times as long as its set-up.
PART_BYTES = 32 * 1024 * 1024
#: With more parts, threads that are done wait less for the slowest one, but there is more set-up.
PARTS_PER_THREAD = 4
#: How many sums the parts may have together, unless there are fewer parts than threads.
MAX_SUMS = 20_000
#: Blocks that are unpacked, or read from a pipe, before they are summed.
BLOCKS_AHEAD = 8
#: A file of so few bytes is summed before a thread has begun.
SMALL_BYTES = 256 * 1024
#: How long to wait for a thread that reads a stream: it may wait for input that never comes.
SECONDS_TO_STOP = 0.1


@dataclass(frozen=True, slots=True)
class Way:
    """How to sum: with which kernel, on how many threads, in parts of at least how many bytes."""

    kernel: Kernel
    threads: int
    part_bytes: int = PART_BYTES
    proof_bytes: int = PROOF_BYTES


@dataclass(frozen=True, slots=True)
class Summed:
    """What a file adds up to, and how it was read. ``job`` has its name, options and dialect."""

    job: Job
    table: Table
    compression: str | None
    result: Result
    rows: int
    bytes: int
    parts: int
    seconds: float


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def new_job(name: str, source: LocalFile | Stream, options: Options) -> Job:
    """Return the job of summing a file, as the service's code reads it. It is stored nowhere."""
    return queued("", name, options, source.version(name), utc_now())


def sum_file(job: Job, source: LocalFile | Stream, way: Way, update: Update = ignore) -> Summed:
    """Return the sums of a file. Raise FileError if it cannot be summed."""
    started = perf_counter()
    source.update = update
    text = read_text(source, job, job.version.size)
    table = open_table(text, job.options)
    job = replace(job, dialect=table.dialect)
    size = job.version.size
    if isinstance(source, LocalFile) and text.is_stored and size > way.part_bytes:
        sums, parts = _in_parts(job, source, table, way)
    else:
        is_small = isinstance(source, LocalFile) and size <= SMALL_BYTES
        sums, parts = _in_one(table, way, is_small=is_small), 1
    result = decide(table.layout, sums)
    seconds = perf_counter() - started
    return Summed(job, table, text.compression, result, sums.rows, size, parts, seconds)


def _in_parts(job: Job, source: LocalFile, table: Table, way: Way) -> tuple[Sums, int]:
    size = job.version.size
    # A part of very many columns takes longer to add than to read.
    most = PARTS_PER_THREAD * way.threads
    wanted = max(way.threads, min(most, MAX_SUMS // len(table.layout.wanted)))
    plan = plan_of(table, job.options, size, part_size(size, way.part_bytes, wanted))
    # Few files have texts so long that a state has to be assumed, and fewer make it a wrong one.
    reader = PartReader(source, way.kernel, way.proof_bytes, follows_all=False)

    sums = sum_parts(
        lambda number, start: reader.sum_part(job, plan, number, start),
        plan,
        way.threads,
        source.stop,
    )
    return sums, plan.count


def _in_one(table: Table, way: Way, *, is_small: bool) -> Sums:
    layout = table.layout
    rows = table.rows if is_small or way.threads == 1 else _ahead(table.rows)
    partial = way.kernel.sum_rows(rows, layout)
    if partial.fault is not None:
        raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
    return Sums(partial.columns, partial.rows, partial.unended)


def _ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the blocks while a thread reads and unpacks the next ones."""
    ready, room = SimpleQueue[bytes | BaseException | None](), Semaphore(BLOCKS_AHEAD)
    is_needed = True

    def read() -> None:
        try:
            while room.acquire() and is_needed and (block := next(blocks, None)) is not None:
                ready.put(block)
            ready.put(None)
        except BaseException as error:
            ready.put(error)

    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        while (block := ready.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            room.release()
            yield block
    finally:
        is_needed = False
        room.release()
        reader.join(SECONDS_TO_STOP)
