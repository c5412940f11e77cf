"""How long one large job takes on AWS, and what it costs: python -m benchmarks.simulate [--help].

This is a model: nothing here was measured on AWS. aws_model.py says how it works and what it leaves
out; aws_figures.py has its figures, each with its source (--sources prints them).
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benchmarks import aws_figures as aws
from benchmarks.aws_figures import MB, SOURCES
from benchmarks.aws_model import PROVISIONED, STANDARD, Outcome, Setup, simulate
from benchmarks.tables import number, table

SIZES = (10**9, 10**11, 10**12, 10**13)
HEADER = (
    "file",
    "kernel",
    "pollers",
    "parts",
    "of MB",
    "seconds",
    "GB/s",
    "workers",
    "write units/s",
    "GET/s",
)
DOLLARS = ("Lambda", "SQS", "S3", "DynamoDB")
NOTE = """\
This is a model, not checked against AWS. Limits and prices are those published for us-east-1, read
2026-11; `.venv/bin/python -m benchmarks.simulate --sources` prints each figure and its source.
"workers" is the maximum at the same time. "write units/s" (on the partition of the job) and "GET/s"
are the requests in the busiest second; beyond 1,000 and 5,500 they wait. The other columns are
dollars."""
EFS_NOTE = "If the files are in a mounted folder (EFS) instead of a bucket, reading them costs"
# By name: bytes a second that a kernel sums on a full core, and seconds of a cold start.
KERNELS = {
    "pandas": (aws.PANDAS_RATE, aws.PANDAS_COLD),
    "native": (aws.NATIVE_RATE, aws.NATIVE_COLD),
}
# By option: the field of Setup, its type, and what it is.
OPTIONS = {
    "part-bytes": ("min_part_bytes", int, "PART_BYTES"),
    "max-parts": ("max_parts", int, "the maximum of parts"),
    "memory": ("memory", float, "MB of a worker"),
    "in-flight": ("in_flight", int, "ranges that a worker requests at a time"),
    "range-bytes": ("range_bytes", int, "bytes of a range"),
    "account": ("account", float, "concurrent invocations of the account"),
    "window": ("window", int, "PARTS_IN_FLIGHT: parts of a job that wait or are summed at a time"),
    "seed": ("seed", int, "seed of the times to first byte"),
}


def report(
    base: Setup | None = None,
    sizes: Sequence[int] = SIZES,
    kernels: Mapping[str, tuple[float, float]] = KERNELS,
) -> str:
    """Return a table of times and dollars, for every size, kernel and kind of poller."""
    rows = [
        _row(kernel, setup, simulate(setup))
        for kernel, setup in _setups(base or Setup(0), sizes, kernels)
    ]
    efs = ", ".join(f"${efs_dollars(size):,.2f} for {_bytes(size)}" for size in sizes)
    figures = table((*HEADER, "$", *DOLLARS), rows)
    return f"## One job on AWS: a model\n\n{NOTE}\n\n{figures}\n\n{EFS_NOTE} {efs}."


def efs_dollars(size: int) -> float:
    """Return the price of reading a file once from EFS."""
    return size / aws.GIB * aws.EFS_GIB


def _bytes(size: int) -> str:
    return f"{size / 1e12:g} TB" if size >= 1e12 else f"{size / 1e9:g} GB"


def _setups(
    base: Setup, sizes: Sequence[int], kernels: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, Setup]]:
    for size in sizes:
        for kernel, (rate, cold) in kernels.items():
            for pollers in (STANDARD, PROVISIONED):
                yield kernel, replace(base, size=size, pollers=pollers, rate=rate, cold=cold)


def _row(kernel: str, setup: Setup, done: Outcome) -> list[str]:
    times = [number(done.seconds), number(setup.size / 1e9 / done.seconds)]
    maxima = [f"{each:,}" for each in (done.workers, done.writes_a_second, done.gets_a_second)]
    dollars = [
        f"{each:.4f}"
        for each in (sum(done.dollars.values()), *(done.dollars[name] for name in DOLLARS))
    ]
    return [
        _bytes(setup.size),
        kernel,
        setup.pollers.name,
        f"{len(setup.spans):,}",
        number(setup.part_bytes / MB),
        *times,
        *maxima,
        *dollars,
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.simulate",
        description="A model of one job on AWS, not checked against AWS.",
    )
    parser.add_argument("--sources", action="store_true", help="print each figure and its source")
    parser.add_argument(
        "--rate", type=float, help="MB/s of a kernel, instead of the two known ones"
    )
    parser.add_argument("--gigabytes", type=float, nargs="+", help="sizes of the file")
    for option, (name, kind, text) in OPTIONS.items():
        described = f"{text} (default: {getattr(Setup(0), name):,})"
        parser.add_argument(f"--{option}", dest=name, type=kind, help=described)
    return parser.parse_args()


def main() -> None:
    given = _arguments()
    if given.sources:
        print(table(("what", "figure", "source"), SOURCES))
        return
    wanted = {name: getattr(given, name) for name, *_ in OPTIONS.values()}
    base = replace(Setup(0), **{name: value for name, value in wanted.items() if value is not None})
    kernels = (
        {f"{given.rate:g} MB/s": (given.rate * MB, aws.NATIVE_COLD)} if given.rate else KERNELS
    )
    sizes = [int(each * 1e9) for each in given.gigabytes] if given.gigabytes else SIZES
    print(report(base, sizes, kernels))


if __name__ == "__main__":
    main()
