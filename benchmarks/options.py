"""What options cost the kernel of a worker: --only options."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median

from benchmarks.files import MEGABYTE, POOL_BYTES
from benchmarks.ours import kernel
from benchmarks.sums import BLOCK_BYTES, STEP
from benchmarks.tables import number, table, times
from chalicelib.engine.layout import Layout
from chalicelib.engine.read_options import NumberOptions
from chalicelib.engine.rules import Rules
from chalicelib.engine.states import Grammar

FIELDS = 50
EVERY_TENTH = tuple(range(0, FIELDS, STEP))
# All files are in memory at once.
MAX_BYTES = 64 * MEGABYTE
HEADER = ("option", "cells like", "MB/s", "of plain", "time per cell, of plain")
LEGEND = f"""\
Files of {FIELDS} columns in memory, of which five are summed; CPU time of the kernel alone. The
files take turns, round by round; the figures are medians of the rounds. "of plain" compares with
the same numbers, written without the option's marks and read without the option. Marks make cells
longer, which adds to MB/s and to the time per cell."""
NAMES = ("Smith", "Garc\u00eda", "O'Neil", "Nguyen", "de Vries", "Yamamoto")
Cell = Callable[[Random], str]


def price(random: Random) -> str:
    return f"{random.randrange(1000, 10_000) / 100:.2f}"


def amount(random: Random) -> str:
    return f"{random.uniform(0, 5e6):,.2f}"


def account(random: Random) -> str:
    return f"(${price(random)})" if random.random() < 0.3 else f"${price(random)}"


def reading(random: Random) -> str:
    return "-999" if random.random() < 0.2 else str(random.randrange(-1000, 1000))


def plain_amount(random: Random) -> str:
    return amount(random).replace(",", "")


def comma_price(random: Random) -> str:
    return price(random).replace(".", ",")


def percentage(random: Random) -> str:
    return price(random) + "%"


def euros(random: Random) -> str:
    return price(random) + " \u20ac"


@dataclass(frozen=True, slots=True)
class Run:
    """One reading."""

    seconds: float
    size: int
    rows: int

    @property
    def speed(self) -> float:
        """Return MB/s."""
        return self.size / MEGABYTE / self.seconds

    @property
    def seconds_per_row(self) -> float:
        return self.seconds / self.rows


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and how it is read. The share ``short`` of its rows lack some fields at the end.

    ``plain`` makes the same numbers without marks; other options are not used for these.
    """

    option: str
    cell: Cell = price
    rules: Rules = field(default_factory=lambda: Rules("columns"))
    wanted: tuple[int, ...] = EVERY_TENTH
    comment: bytes = b""
    short: float = 0.0
    plain: Cell = price

    def layout(self) -> Layout:
        names = tuple(f"c{index}" for index in self.wanted)
        return Layout(Grammar(b";", self.comment), FIELDS, self.wanted, names, 0, 0, self.rules)

    def row(self, random: Random) -> bytes:
        cells = [self.cell(random) for _ in range(FIELDS)]
        if random.random() < self.short:
            del cells[random.randrange(FIELDS // 2, FIELDS) :]
        return (";".join(cells) + "\n").encode()


def _numbers(option: str, cell: Cell, plain: Cell, numbers: NumberOptions) -> Case:
    return Case(option, cell, Rules("columns", numbers), plain=plain)


def _texts(name: str, cell: Cell) -> Case:
    return Case(f"none: {name}", cell)


CASES = (
    Case("none"),
    Case("columns", wanted=(0, 11, 20, 31, 40)),
    Case("comment", comment=b"#"),
    Case("ragged=pad", rules=Rules("columns", pad=True), short=0.01),
    Case("last_row=drop", rules=Rules("columns", drop_unended=True)),
    _numbers("missing: texts", price, price, NumberOptions(missing=("-", "n.v."))),
    _numbers("missing: -999", reading, reading, NumberOptions(missing=("-999",))),
    _numbers("decimal", comma_price, price, NumberOptions(decimal=",")),
    _numbers("thousands", amount, plain_amount, NumberOptions(thousands=",")),
    _numbers("strip: %", percentage, price, NumberOptions(strip="%")),
    _numbers("strip: \u20ac", euros, price, NumberOptions(strip="\u20ac")),
    _numbers("strip: $()", account, price, NumberOptions(strip="$()")),
    _texts("names", lambda random: random.choice(NAMES)),
    _texts("dates", lambda random: f"{random.randrange(1990, 2030)}-0{random.randrange(1, 9)}-15"),
    _texts("thousands", amount),
)


def report(size: int, rounds: int) -> str:
    plain = {case.plain: Case("plain", case.plain) for case in CASES}
    cases = [*plain.values(), *CASES]
    blocks = [_blocks(case, min(size, MAX_BYTES)) for case in cases]
    runs: dict[Case, list[Run]] = {case: [] for case in cases}
    _run(cases[0], blocks[0])  # loads the library
    for _ in range(rounds):
        for case, held in zip(cases, blocks, strict=True):
            runs[case].append(_run(case, held))
    lines = [_line(case, runs[case], runs[plain[case.plain]]) for case in CASES]
    return f"## What options cost\n\n{LEGEND}\n\n{table(HEADER, lines)}"


def _blocks(case: Case, size: int) -> Sequence[bytes]:
    random, made = Random(case.option), 0
    pool: list[bytes] = []
    while made < min(size, POOL_BYTES):
        pool.append(case.row(random))
        made += len(pool[-1])
    data = bytearray()
    while len(data) < size:
        random.shuffle(pool)
        data += b"".join(pool)
    return [bytes(data[at : at + BLOCK_BYTES]) for at in range(0, len(data), BLOCK_BYTES)]


def _run(case: Case, blocks: Sequence[bytes]) -> Run:
    began = time.process_time()
    found = kernel().sum_rows(iter(blocks), case.layout())
    seconds = time.process_time() - began
    if found.fault is not None:
        raise ValueError(found.fault)
    return Run(seconds, sum(map(len, blocks)), found.rows)


def _line(case: Case, runs: Sequence[Run], plain: Sequence[Run]) -> list[str]:
    pairs = list(zip(runs, plain, strict=True))
    return [
        case.option,
        f"`{case.cell(Random(0))}`",
        number(median(run.speed for run in runs)),
        times(median(run.speed / beside.speed for run, beside in pairs)),
        times(median(run.seconds_per_row / beside.seconds_per_row for run, beside in pairs)),
    ]
