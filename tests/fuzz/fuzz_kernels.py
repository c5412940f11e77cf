"""Random files: every kernel must give the same partial sum, digit for digit and fault for fault.

    python -m tests.fuzz.fuzz_kernels --files 100000 --seed 1

Each file is made from its own number alone, so ``--seed N --files 1`` repeats file N. The reference kernel is judged
as well: it reads each file twice, in blocks of different sizes.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from chalicelib.engine import kernel as reference
from chalicelib.engine.kernel import Kernel, ReferenceKernel
from chalicelib.engine.layout import Layout
from chalicelib.engine.native import binding as native_kernel
from chalicelib.engine.native.binding import NativeKernel
from chalicelib.engine.states import State
from chalicelib.engine.sums import MISSING, PartialSum
from chalicelib.jobs.options import DELIMITERS

MARKS = sorted(MISSING)
MOST_SHOWN = 10
JUNK = (
    '"',
    '"',
    ",",
    "\n",
    "\r\n",
    "1",
    "2",
    ".",
    " ",
    "é",
    "a",
    "\r",
    "-",
    "e",
    "\0",
    '""',
    '",',
    ',"',
    "\t",
    "+",
)


def _several(texts: str) -> tuple[str, ...]:
    return tuple(texts.split("|"))


TEXTS = _several(
    '|x|é|\'|=A1|\0|5"|"a,b"|"a\nb"|"a\r\nb"|"say ""hi"""|a"b| "a|"a"b|"a"b"c|"a"",|"\r"|"\r\n"'
)
BAD = _several(
    "nan1|inf|1_000|\uff11|0x10|1;5|True|1 2|--1|1e309|1e-401|٣|+|-|.|e5|1e|1e+|1.2.3|NA\0|\0|1\0|2024-01-01"
)
ODD = _several(
    "-0|+1|.5|1.|-.5|+5.|00012|-000.5000|1e308|1e-320|-.25e+3|1e16|-1e16|1E5|1.5e1|00e5|0e999|0e-400|0e-401"
    "|1e0001|1e-00031|1e+27|1e28|1e29|9e-31|9e-32|1e99999"
)


def number(random: Random) -> str:
    """A number that is read, in one of the many ways to write it."""
    kind = random.randrange(12)
    if kind < 3:
        return repr(random.random() * 10 ** random.randrange(-3, 6))
    if kind < 5:
        return str(
            random.randrange(-(10 ** random.randrange(1, 20)), 10 ** random.randrange(1, 20))
        )
    if kind < 7:
        return f"{random.uniform(-1, 1) * 10 ** random.randrange(1, 12):.{random.randrange(4)}f}"
    if kind == 7:
        return f"{random.uniform(-1, 1):.{random.randrange(20)}e}"
    if kind == 8:
        return random.choice(ODD)
    whole = "".join(
        random.choices(
            "0123456789",
            k=random.choice([0, 1, 7, 8, 9, 16, 17, 19, 20, 27, 28, 29, 40, 300, 305, 400]),
        )
    )
    part = "".join(
        random.choices("0059", k=random.choice([0, 0, 1, 8, 9, 18, 19, 27, 28, 31, 32, 33, 300]))
    )
    return (
        random.choice(["", "-", "+"])
        + (whole or ("" if part else "0"))
        + ("." + part if part else random.choice(["", "", "."]))
    )


def padded(random: Random, cell: str) -> str:
    cell = random.choice(["", "", " ", "\t", "  \t "]) + cell + random.choice(["", "", " ", "\t"])
    return f'"{cell}"' if random.randrange(2) else cell


def cell(random: Random, theme: str) -> str:
    """A cell of a summed column."""
    dice = random.randrange(20)
    if theme in ("plain", "quoted"):
        text = repr(random.random() * 1000) if dice else ""
        return f'"{text}"' if theme == "quoted" else text
    if theme == "bad" and dice == 0:
        return random.choice(BAD)
    if dice < 3:
        return padded(random, number(random))
    if dice < 6:
        return random.choice(
            ["", "", " ", '""', random.choice(MARKS), padded(random, random.choice(MARKS))]
        )
    if theme == "texts" and dice < 10:
        return random.choice(TEXTS)
    return number(random)


def tidy(random: Random, layout: Layout) -> str:
    theme = random.choice(["plain", "quoted", "mixed", "mixed", "bad", "texts"])
    row_end = random.choice(["\n", "\n", "\r\n"])
    others = random.choice([TEXTS, ("1", "22", "3.5"), ("",), ("x" * 70, "y"), ('"q"', '"a,b"')])
    ragged, blank = random.choice([0, 0, 0, 20]), random.choice([0, 0, 4])
    lines = []
    for _ in range(random.choice([0, 1, 2, 3, 5, 10, 40])):
        row = [
            cell(random, theme) if index in layout.wanted else random.choice(others)
            for index in range(layout.fields)
        ]
        if ragged and random.randrange(ragged) == 0:
            row = row[: random.randrange(len(row) + 1)] + [""] * random.randrange(3)
        lines.append(layout.delimiter.join(row))
        if blank and random.randrange(blank) == 0:
            lines.append("")
    return row_end.join(lines) + random.choice([row_end, row_end, "", row_end * 2])


def junk(random: Random, layout: Layout) -> str:
    alphabet = [*random.sample(JUNK, random.randrange(3, len(JUNK))), layout.delimiter]
    return "".join(random.choices(alphabet, k=random.choice([0, 3, 10, 40, 80, 300])))


def damaged(random: Random, data: bytes) -> bytes:
    """With a few bytes changed, taken or added."""
    damage = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(damage) + 1)
        damage[at : at + random.randrange(2)] = random.choice(
            [b'"', b"\n", b"\r", b",", b"", b"\0", b"\xff", b'""', b"7"]
        )
    return bytes(damage)


@dataclass(frozen=True)
class Case:
    """One file and how it is read."""

    data: bytes
    layout: Layout
    skip: bool
    start: State
    span: int | None
    max_row_bytes: int
    cuts: tuple[tuple[int, int], ...]
    """For each reading: how many bytes a block has, and how many the kernel asks for."""

    def blocks(self, reading: int) -> Iterator[bytes]:
        size = self.cuts[reading][0]
        return (self.data[start : start + size] for start in range(0, len(self.data), size))

    def read(self, kernel: Callable[[int, int], Kernel], reading: int) -> PartialSum:
        made = kernel(self.max_row_bytes, self.cuts[reading][1])
        return made.sum_rows(
            self.blocks(reading), self.layout, skip=self.skip, start=self.start, span=self.span
        )


def make_case(seed: int) -> Case:
    random = Random(seed)
    delimiter = random.choice([",", ",", ",", ";", "\t", " ", random.choice(sorted(DELIMITERS))])
    fields = random.choice([1, 1, 2, 3, 5, 11, 12, 50, 130])
    step = random.choice([1, 2, 3, 10, 10])
    wanted = range(random.randrange(min(fields, 3)), fields, step)
    layout = Layout(delimiter, fields, wanted, tuple(f"n{index}" for index in wanted), 0, 0)
    made = random.choice([tidy, tidy, tidy, junk])(random, layout).encode(
        "utf-8", "surrogateescape"
    )
    data = damaged(random, made) if random.randrange(4) == 0 else made
    start = random.choice([State.ROW, State.ROW, State.ROW, *State])
    if start is not State.ROW:
        data = data[random.randrange(len(data) + 1) :]
    span = random.randrange(len(data) + 5) if random.randrange(3) == 0 else None
    sizes = (1, 2, 3, 7, 16, 63, 64, 65, 200, 1000, 1 << 20)
    cuts = tuple((random.choice(sizes), random.choice(sizes)) for _ in range(4))
    return Case(
        data,
        layout,
        bool(random.randrange(2)),
        start,
        span,
        random.choice([1 << 26, 1 << 26, 1 << 26, 10, 64, 300]),
        cuts,
    )


def comparable(partial: PartialSum) -> tuple[object, ...]:
    """What must be the same: with a fault the rest says nothing."""
    if partial.fault is not None:
        return partial.fault, partial.end
    assert all(isinstance(column.total, Decimal) for column in partial.columns)
    return partial.columns, partial.rows, partial.lines, partial.bytes, partial.end


def native(max_row_bytes: int, block_bytes: int) -> Kernel:
    return NativeKernel(max_row_bytes, block_bytes)


def portable(max_row_bytes: int, block_bytes: int) -> Kernel:
    return NativeKernel(max_row_bytes, block_bytes, portable=True)


READINGS: tuple[tuple[str, Callable[[int, int], Kernel]], ...] = (
    ("native", native),
    ("portable", portable),
    ("reference", ReferenceKernel),
    ("reference again", ReferenceKernel),
)


def differences(case: Case) -> tuple[dict[str, tuple[object, ...]], PartialSum]:
    """The answers, by kernel, where they are not all the same; and one answer."""
    partials = {name: case.read(kernel, reading) for reading, (name, kernel) in enumerate(READINGS)}
    answers = {name: comparable(partial) for name, partial in partials.items()}
    same = len(set(answers.values())) == 1
    return {} if same else answers, partials["native"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=sys.maxsize)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--pandas",
        action="store_true",
        help="let the reference use pandas; else it walks every row, which is faster here",
    )
    parser.add_argument(
        "--library-folder", type=Path, help="where lib/ with another build of the native kernel is"
    )
    given = parser.parse_args()
    if given.library_folder:
        native_kernel.FOLDER = given.library_folder
    if not given.pandas:
        reference.WIDE_FIELDS = 0
    counts: Counter[str] = Counter()
    began = time.monotonic()
    while (
        counts["files"] < given.files
        and counts["different"] < MOST_SHOWN
        and time.monotonic() - began < 60 * given.minutes
    ):
        seed = given.seed + counts["files"]
        case = make_case(seed)
        different, partial = differences(case)
        counts["files"] += 1
        counts[partial.fault.code if partial.fault else "summed"] += 1
        counts["rows"] += partial.rows
        counts["values"] += sum(column.values for column in partial.columns)
        if different:
            counts["different"] += 1
            _show(seed, case, different)
    print(
        f"{counts['files']} files, {counts['different']} different, {time.monotonic() - began:.0f} s: {dict(counts)}"
    )
    return 1 if counts["different"] else 0


def _show(seed: int, case: Case, different: dict[str, tuple[object, ...]]) -> None:
    print(f"seed {seed}: {case}")
    for name, answer in different.items():
        print(f"  {name}: {answer}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
