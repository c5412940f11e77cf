"""The CSV files to measure with: created once, with the same bytes on every machine."""

import gzip
import shutil
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "files"
MEGABYTE = 1_000_000
# A file repeats this many bytes of rows, each time in another order. That is quick to make, but too
# much for a branch predictor to learn, and for a processor's cache.
POOL_BYTES = 8 * MEGABYTE
KEEP_BYTES = 1000 * MEGABYTE
TEXTS = (
    "plain",
    "with, comma",
    "two\nlines",
    'say ""hi""',
    "",
    "a longer text, with a comma; and more of it",
)
TEXT_COLUMNS = (3, 7)  # of every ten; none of them is summed


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of ``columns`` columns; ``cell`` makes the text of one cell from its column's index."""

    columns: int
    cell: Callable[[Random, int], str]
    quote: str = ""

    def row(self, cells: list[str]) -> bytes:
        return (",".join(f"{self.quote}{cell}{self.quote}" for cell in cells) + "\n").encode()

    def header(self) -> bytes:
        return self.row([f"c{index}" for index in range(self.columns)])


def _float(random: Random, _index: int) -> str:
    return repr(random.random() * 1000)


def _integer(random: Random, _index: int) -> str:
    return str(random.randrange(1_000_000))


def _price(random: Random, _index: int) -> str:
    return f"{random.randrange(1000, 10_000) / 100:.2f}"


def _number_or_text(random: Random, index: int) -> str:
    return random.choice(TEXTS) if index % 10 in TEXT_COLUMNS else _float(random, index)


def _float_or_nothing(random: Random, index: int) -> str:
    return _float(random, index) if random.random() < 0.5 else ""


def _tiny(random: Random, _index: int) -> str:
    return repr(random.gauss() * 1e-17)


def _any_size(random: Random, _index: int) -> str:
    return repr(random.gauss() * 10 ** random.uniform(-30, 30))


def _integer_of(digits: int) -> Callable[[Random, int], str]:
    return lambda random, _index: str(random.randrange(10 ** (digits - 1), 10**digits))


def _decimal_of(digits: int) -> Callable[[Random, int], str]:
    def cell(random: Random, index: int) -> str:
        text = _integer_of(digits)(random, index)
        return f"{text[: digits // 2]}.{text[digits // 2 :]}"

    return cell


KINDS = {
    "floats": Kind(50, _float),
    "integers": Kind(50, _integer),
    "prices": Kind(50, _price),
    "wide": Kind(10_000, _float),
    "narrow": Kind(3, _float),
    "quoted": Kind(50, _number_or_text, quote='"'),
    "empty": Kind(50, _float_or_nothing),
    "tiny": Kind(50, _tiny),
    "any-size": Kind(50, _any_size),
    **{f"integers-{digits}": Kind(50, _integer_of(digits)) for digits in (20, 40, 100)},
    **{f"decimals-{digits}": Kind(50, _decimal_of(digits)) for digits in (20, 40, 100)},
}


def _review(random: Random, index: int) -> str:
    """Make a number, or in some columns prose of hundreds to thousands of characters."""
    return (
        " ".join(random.choices(TEXTS, k=random.randrange(10, 100)))
        if index % 10 in TEXT_COLUMNS
        else _price(random, index)
    )


def _look_alike(random: Random, index: int) -> str:
    """Make a number, or in one column a text of rows, longer than what a proof reads."""
    if index != LOOK_ALIKE_COLUMN:
        return _price(random, index)
    row = ",".join(_price(random, each) for each in range(LOOK_ALIKE_COLUMNS)) + "\n"
    return '"' + row * (random.randrange(80_000, 400_000) // len(row)) + '"'


LOOK_ALIKE_COLUMNS, LOOK_ALIKE_COLUMN = 11, 3
# Only what quotes cost is measured with these.
TEXT_KINDS = {
    "reviews": Kind(20, _review, quote='"'),
    "look-alikes": Kind(LOOK_ALIKE_COLUMNS, _look_alike),
}


def csv_file(name: str, size: int) -> Path:
    """Return the file of a kind of about ``size`` bytes (at least one row); make it if needed."""
    path = FOLDER / f"{name}-{size}.csv"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        _write(unfinished, (KINDS | TEXT_KINDS)[name], size, Random(name))
        unfinished.replace(path)
    return path


def gzip_file(name: str, size: int) -> Path:
    """Return the same file, compressed as gzip does by default."""
    source = csv_file(name, size)
    path = source.with_suffix(".csv.gz")
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        with source.open("rb") as plain, gzip.open(unfinished, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed, KEEP_BYTES // 1000)
        unfinished.replace(path)
    return path


@contextmanager
def borrowed(name: str, size: int) -> Iterator[Path]:
    """Yield ``csv_file``; delete a very large one after the block."""
    path = csv_file(name, size)
    try:
        yield path
    finally:
        if size > KEEP_BYTES:
            path.unlink()


def _write(path: Path, kind: Kind, size: int, random: Random) -> None:
    pool = _rows(kind, min(size, POOL_BYTES), random)
    with path.open("wb") as file:
        file.write(kind.header())
        while (left := size - file.tell()) > 0:
            file.writelines(_first_rows(pool, left))
            random.shuffle(pool)


def _rows(kind: Kind, size: int, random: Random) -> list[bytes]:
    """Make different rows of ``size`` bytes in all, or a little more."""
    rows = []
    while size > 0:
        rows.append(kind.row([kind.cell(random, index) for index in range(kind.columns)]))
        size -= len(rows[-1])
    return rows


def _first_rows(rows: list[bytes], size: int) -> list[bytes]:
    """Return the first rows that have at least ``size`` bytes in all, or all rows."""
    ends = list(accumulate(map(len, rows)))
    return rows[: bisect_left(ends, size) + 1]
