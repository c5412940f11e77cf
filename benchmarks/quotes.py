"""What quotes cost: which parts are rerun, and how many bytes are read to prove start states.

The parts of a job run one after the other in one process, by the functions that the workers call.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.files import MEGABYTE, csv_file
from benchmarks.ours import kernel
from benchmarks.ours import sums as serial_sums
from benchmarks.reads import CountingFolder, Read
from benchmarks.tables import number, table
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.engine.options import Options
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.parts import PROOF_BYTES, Plan, Run
from chalicelib.settings import Settings
from chalicelib.wiring.container import UseCases
from tests.adapters_in_memory import MemoryAdapters, MemoryQueue

KINDS = ("floats", "quoted", "reviews", "look-alikes")
HEADER = (
    "file",
    "MB",
    "parts",
    "of MiB",
    "parts rerun",
    "bytes rerun",
    "for proofs",
    "of these used",
)
LEGEND = f"""\
"parts rerun" start inside quotes, which the {PROOF_BYTES // 1024} KiB before them did not prove;
"bytes rerun" is their share of the file. "for proofs" is what was read before the parts, as a share
of the file, and "of these used" what the proofs needed of it.

floats has no quotes. quoted has short texts with delimiters in quotes. reviews has prose of up to
3,000 characters. look-alikes is made to cause reruns: quoted texts of 80 to 400 KB that are rows of
the same file. The sums are compared with those of one serial read. No part is summed more than
twice, so "bytes rerun" is at most 100 %."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one job: its parts, its reruns, and what was read and used for proofs."""

    size: int
    parts: int
    reruns: int
    rerun_bytes: int
    proof_bytes: int
    proof_bytes_used: int


def report(size: int, part_bytes: int) -> str:
    """Return one table. Raise RuntimeError if a job fails or its sums are wrong."""
    rows = [_row(kind, cost(csv_file(kind, size), part_bytes), part_bytes) for kind in KINDS]
    return f"## What quotes cost\n\n{LEGEND}\n\n{table(HEADER, rows)}"


def cost(path: Path, part_bytes: int) -> Cost:
    print(f"quotes: {path.name}", file=sys.stderr, flush=True)
    source = CountingFolder(FolderSource(str(path.parent)))
    adapters = MemoryAdapters(kernel(), source)
    use_cases = UseCases(adapters, Settings(part_bytes=part_bytes))
    job = use_cases.submit(path.name, Options(), OPEN)
    _deliver_all(use_cases, adapters.queue)
    done = adapters.jobs.get(job.id)
    if (
        done.plan is None
        or done.result is None
        or list(done.result.numbers().values()) != serial_sums(str(path))
    ):
        raise RuntimeError(
            f"{path.name}: {done.problem or 'other sums than in one read, or not cut'}"
        )
    reruns = adapters.parts.numbers(job.id, Run.RERUN)
    return _cost_of(done.plan, reruns, source.reads)


def _deliver_all(use_cases: UseCases, queue: MemoryQueue) -> None:
    while queue.sent:
        message = queue.sent.pop(0)
        if message.part is None:
            use_cases.sum_job(message)
        else:
            use_cases.sum_part(message)


def _cost_of(plan: Plan, numbers: Iterable[int], reads: list[Read]) -> Cost:
    reruns = [plan.range_of(number) for number in numbers]
    windows = {
        (window.start, window.stop)
        for number in range(plan.count)
        if (window := plan.proof_of(number, PROOF_BYTES))
    }
    proofs = [read for read in reads if (read.start, read.expected_end) in windows]
    return Cost(
        size=plan.size,
        parts=plan.count,
        reruns=len(reruns),
        rerun_bytes=sum(map(len, reruns)),
        proof_bytes=sum(read.size for read in proofs),
        proof_bytes_used=sum(read.expected_end - read.start for read in proofs),
    )


def _row(kind: str, cost: Cost, part_bytes: int) -> list[str]:
    return [
        kind,
        number(cost.size / MEGABYTE),
        f"{cost.parts:,}",
        number(part_bytes / 2**20),
        f"{cost.reruns:,}",
        f"{cost.rerun_bytes / cost.size:.1%}",
        f"{cost.proof_bytes / cost.size:.2%}",
        f"{cost.proof_bytes_used / cost.size:.2%}",
    ]
