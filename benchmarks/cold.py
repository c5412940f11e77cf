"""The cold start of a worker, with the native kernel and with pandas: --only cold."""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from benchmarks.files import csv_file
from benchmarks.tables import table, times
from chalicelib.engine.options import Options
from chalicelib.jobs.client import OPEN
from chalicelib.settings import Settings
from chalicelib.wiring import use_cases_of
from deploy.project import package
from deploy.stage import read_stage
from infra.parameters import parameters_of
from local.config import LocalConfig, child_environment
from local.embedded_aws import EmbeddedAws
from local.resources import client
from local.state import State
from local.triggers import sqs_event

PROGRAM = Path(__file__).parent / "cold_worker.py"
FILE_BYTES = 1000
HEADER = (
    "kernel",
    "start Python",
    "import the application",
    "first job",
    "in all",
    "of native",
    "second job",
    "imported",
)
LEGEND = """\
Milliseconds in a new process, kept to one core. It has the unpacked zip of `make package`, and
nothing else but Python's standard library. The handler is called, as Lambda calls it, with the
message of a job on a file of 1 KB, and then with a second message. The first job
makes the boto3 clients that it needs, which is most of it. Table and queue are the embedded AWS, in
another process; the file is in a folder and in the page cache. pandas is used where the native
kernel is missing. Medians; the ratio is the median of the rounds' ratios. The
time that Lambda takes to load the zip and start a sandbox comes on top."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Milliseconds to start Python, to import the application, of the first and the second job.

    ``heavy``: which of pandas and numpy were imported.
    """

    steps: tuple[float, ...]
    heavy: tuple[str, ...]

    @property
    def total(self) -> float:
        return sum(self.steps[:3])


def report(rounds: int) -> str:
    """Return one table. Raises RuntimeError if a job fails, or the wrong kernel ran."""
    with (
        TemporaryDirectory() as temporary,
        _table_and_queues(csv_file("prices", FILE_BYTES)) as (aws, settings),
    ):
        folders = _unpacked(Path(temporary))
        runs: dict[str, list[ColdStart]] = {kernel: [] for kernel in folders}
        for turn in range(rounds + 1):
            print(f"cold start: round {turn} of {rounds}", file=sys.stderr, flush=True)
            for kernel, folder in folders.items():
                done = _cold_start(aws, settings, kernel, folder)
                if turn:  # in the first one the disk is read
                    runs[kernel].append(done)
    rows = [_row(kernel, done, runs["native"]) for kernel, done in runs.items()]
    return f"## Cold start of a worker\n\n{LEGEND}\n\n### Rounds: {rounds}\n\n{table(HEADER, rows)}"


@contextmanager
def _table_and_queues(path: Path) -> Iterator[tuple[EmbeddedAws, Settings]]:
    """The embedded AWS, with this process's boto3 turned to it for as long as the block lasts."""
    with TemporaryDirectory() as folder:
        aws = EmbeddedAws(State(Path(folder)), parameters_of(Settings()))
        config = LocalConfig.from_env({"DATA": str(path.parent)})
        environment = child_environment(os.environ, config, aws.endpoint)
        aws.child.start()
        try:
            with patch.dict(os.environ, environment):
                yield aws, Settings.from_env(environment)
        finally:
            aws.child.stop()


def _unpacked(folder: Path) -> dict[str, Path]:
    """Unpack what Lambda has in /var/task, by the kernel that it uses."""
    made = package(read_stage("localstack"), os.environ, print)
    with zipfile.ZipFile(made / "deployment.zip") as packed:
        packed.extractall(folder / "native")
    shutil.copytree(folder / "native", folder / "pandas")
    shutil.rmtree(folder / "pandas" / "chalicelib" / "engine" / "native" / "lib")
    return {"native": folder / "native", "pandas": folder / "pandas"}


def _cold_start(aws: EmbeddedAws, settings: Settings, kernel: str, folder: Path) -> ColdStart:
    use_cases = use_cases_of(settings)
    jobs = [
        use_cases.submit(csv_file("prices", FILE_BYTES).name, Options(), OPEN, fresh=True)
        for _ in range(2)
    ]
    command = [sys.executable, "-I", "-S", "-B", str(PROGRAM), str(folder)]
    events = json.dumps([_event(aws, settings.jobs_queue) for _ in jobs])
    began = time.time()
    done = subprocess.run(
        command,
        input=events,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=_keep_to_one_core,
    )
    for job in (use_cases.find_job(each.id, OPEN) for each in jobs):
        if job.ledger is None or job.ledger.kernel != kernel:
            raise RuntimeError(
                f"the job on a file of 1 KB: {job.status}, {job.problem}, {job.ledger}"
            )
    report = json.loads(done.stdout.splitlines()[-1])  # after what the application logs
    steps = tuple(1000 * (after - before) for before, after in pairwise([began, *report["clock"]]))
    return ColdStart(steps, tuple(report["heavy"]))


def _event(aws: EmbeddedAws, queue: str) -> dict[str, Any]:
    """The event for the next message, which is taken off the queue."""
    sqs = client("sqs", aws.endpoint)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return sqs_event(queue, messages)


def _keep_to_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _row(kernel: str, runs: list[ColdStart], yardstick: list[ColdStart]) -> list[str]:
    *before, second = (
        f"{median(milliseconds):.0f}"
        for milliseconds in zip(*(run.steps for run in runs), strict=True)
    )
    ratio = times(
        median(run.total / other.total for run, other in zip(runs, yardstick, strict=True))
    )
    total = f"{median(run.total for run in runs):.0f}"
    return [
        kernel,
        *before,
        total,
        ratio,
        second,
        ", ".join(runs[0].heavy) or "neither pandas nor numpy",
    ]
