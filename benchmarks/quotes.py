"""What quotes cost: which parts are summed again, and how many bytes are read to prove where a part starts.

The parts of a job one after the other in one process, through the functions that the workers of the service call.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import memory
from benchmarks.files import MEGABYTE, csv_file
from benchmarks.memory import MemoryQueue, Read
from benchmarks.ours import sums as serial_sums
from benchmarks.tables import number, table
from chalicelib.engine.options import Options
from chalicelib.jobs.job import Job
from chalicelib.jobs.parts import PROOF_BYTES, Plan
from chalicelib.jobs.service import Service
from chalicelib.jobs.work import Work

KINDS = ("floats", "quoted", "reviews", "look-alikes")
HEADER = (
    "file",
    "MB",
    "parts",
    "of MiB",
    "parts again",
    "bytes again",
    "for proofs",
    "of these used",
)
LEGEND = f"""\
"parts again" are the parts that began inside quotes although that could not be proven from the {PROOF_BYTES // 1024} KiB before them,
and "bytes again" what their bytes are of the file's. "for proofs" is what was read before the parts, as a share of the file, and
"of these used" how much the proof needed (both kinds of source give just what is asked for).
floats has no quotes; quoted has short texts with separators in quotes; reviews has prose of up to 3,000 characters; look-alikes is
written against csvsum: texts of 80 to 400 KB in quotes, with no quote inside, that are rows of the very file. The sums are compared
with those of one serial read. A part is never summed more than twice, so "bytes again" ends at 100 %."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one job: its ``parts``, those summed ``again`` and their bytes, and what was read and used for proofs."""

    size: int
    parts: int
    again: int
    again_bytes: int
    proof_bytes: int
    proof_bytes_used: int


def report(size: int, part_bytes: int) -> str:
    """One table. Raises RuntimeError when a job fails or its sums are not those of a serial read."""
    rows = [_row(kind, cost(csv_file(kind, size), part_bytes), part_bytes) for kind in KINDS]
    return f"## What quotes cost\n\n{LEGEND}\n\n{table(HEADER, rows)}"


def cost(path: Path, part_bytes: int) -> Cost:
    print(f"quotes: {path.name}", file=sys.stderr, flush=True)
    doors, jobs, queue, source = memory.doors(str(path.parent), part_bytes)
    job = Service(doors).submit(path.name, Options())
    _deliver_all(Work(doors), queue)
    done = jobs.get(job.id)
    if (
        done.plan is None
        or done.result is None
        or list(done.result.numbers().values()) != serial_sums(str(path))
    ):
        raise RuntimeError(
            f"{path.name}: {done.problem or 'other sums than in one read, or not cut'}"
        )
    return _cost_of(done, done.plan, queue, source.reads)


def _deliver_all(work: Work, queue: MemoryQueue) -> None:
    while queue.waiting():
        message = queue.waiting_messages.popleft()
        if message.part is None:
            work.do_job(message)
        else:
            work.do_part(message)


def _cost_of(job: Job, plan: Plan, queue: MemoryQueue, reads: list[Read]) -> Cost:
    again = [plan.range_of(message.part) for message in queue.again if message.part is not None]
    windows = {
        (window.start, window.stop)
        for number in range(plan.count)
        if (window := plan.proof_of(number, PROOF_BYTES))
    }
    proofs = [read for read in reads if (read.start, read.expected_end) in windows]
    return Cost(
        size=job.file.size,
        parts=plan.count,
        again=len(again),
        again_bytes=sum(map(len, again)),
        proof_bytes=sum(read.size for read in proofs),
        proof_bytes_used=sum(read.expected_end - read.start for read in proofs),
    )


def _row(kind: str, cost: Cost, part_bytes: int) -> list[str]:
    return [
        kind,
        number(cost.size / MEGABYTE),
        f"{cost.parts:,}",
        number(part_bytes / 2**20),
        f"{cost.again:,}",
        f"{cost.again_bytes / cost.size:.1%}",
        f"{cost.proof_bytes / cost.size:.2%}",
        f"{cost.proof_bytes_used / cost.size:.2%}",
    ]
