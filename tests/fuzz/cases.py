"""Random CSV files, each made from its own number alone, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.layout import Layout
from chalicelib.engine.limits import Limits
from chalicelib.engine.read_options import Encoding, NumberOptions
from chalicelib.engine.rules import NonNumeric, Rules
from chalicelib.engine.states import Grammar, State
from chalicelib.engine.sums import MISSING, PartialSum
from chalicelib.jobs.option_values import DELIMITERS
from tests.csv_files import in_blocks
from tests.kernels import STATES

MARKS = sorted(MISSING)
JUNK: tuple[str, ...] = (
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
    "\ufeff",
)
JUNK += ('",', ',"', "\t", "+")


def _several(texts: str) -> tuple[str, ...]:
    return tuple(texts.split("|"))


TEXTS = _several(
    '|x|é|\'|=A1|\0|5"|"a,b"|"a\nb"|"a\r\nb"|"say ""hi"""|a"b| "a|"a"b|"a"b"c|"a"",|"\r"|"\r\n"'
)
BAD = _several(
    "nan1|inf|1_000|\uff11|0x10|1;5|True|1 2|--1|1e309|1e-401|٣|+|-|.|e5|1e|1e+|1.2.3|NA\0|\0|1\0"
    "|2024-01-01"
)
# Texts that look like numbers, texts that do so at first, and marks of both.
ALIKE = _several(
    "1,200|1 200.50|$5|(5)|12%|<5|>= 7|~1,5e3|5-|1.234.567|1'234|12,34,567|1,2,3|12 34|192.168.0.1"
    "|192.168.0.256|1.2.3.4|01.234|12-34|01/02/2024|12:30|5e|e5|1e5e|+-5|-$5|€ 5|5 €|1\u00a0234|٣٤"
    "|١.٥|Ж|中文|カナ|한국|अ|€|–|-|?|no value|n.v.|(1.234,56)|$ (12)|12.5%|1.234|1,5|1,5e3|-1.000,5"
)
MARKED = tuple("0123456789.,''\u2019 $€%()-+<e") + ("000", "\u00a0", "\u202f", "1,234", "12.5")
COMMENTS = ("", ",", '"', ',"', '","', '"" "', "\r", "\x1a", "x" * 70, '"' * 65)
UNUSUAL = _several(
    "-0|0|-999|+1|.5|1.|-.5|+5.|00012|-000.5000|1e308|1e-320|-.25e+3|1e16|-1e16|1E5|1.5e1|00e5|0e999"
    "|0e-400|0e-401|1e0001|1e-00031|1e+27|1e28|1e29|9e-31|9e-32|1e99999"
)


def digits(random: Random, alphabet: str, lengths: tuple[int, ...]) -> str:
    return "".join(random.choices(alphabet, k=random.choice(lengths)))


def long_number(random: Random) -> str:
    """Return digits, with lengths around those at which the kernel takes another way."""
    lengths = (0, 1, 7, 8, 9, 16, 17, 19, 20, 27, 28, 29, 40, 300, 305, 400)
    before = digits(random, "0123456789", lengths)
    after = digits(random, "0059", (0, 0, 1, 8, 9, 18, 19, 27, 28, 31, 32, 33, 300))
    point = "." if after else random.choice(["", "", "."])
    return random.choice(["", "-", "+"]) + (before if before or after else "0") + point + after


def integer(random: Random) -> str:
    lowest, highest = (10 ** random.randrange(1, 20) for _ in range(2))
    return str(random.randrange(-lowest, highest))


def fixed_point(random: Random) -> str:
    return f"{random.uniform(-1, 1) * 10 ** random.randrange(1, 12):.{random.randrange(4)}f}"


# The ways to write a number that is accepted.
NUMBERS: tuple[Callable[[Random], str], ...] = (
    *[lambda random: repr(random.random() * 10 ** random.randrange(-3, 6))] * 3,
    *[integer, fixed_point] * 2,
    lambda random: f"{random.uniform(-1, 1):.{random.randrange(20)}e}",
    lambda random: random.choice(UNUSUAL),
    lambda random: repr(random.gauss() * 10 ** random.uniform(-30, 30)),
    lambda random: repr(random.gauss() * 10 ** random.uniform(-320, 307)),
    lambda random: f"{long_number(random)}{random.choice('eE')}{random.randrange(-400, 60)}",
    *[long_number] * 3,
)


def number(random: Random) -> str:
    return random.choice(NUMBERS)(random)


def alike(random: Random) -> str:
    """Return what may be a number with some options."""
    if random.randrange(2):
        return random.choice(ALIKE)
    return "".join(random.choices(MARKED, k=random.randrange(1, 9)))


def padded(random: Random, cell: str) -> str:
    cell = random.choice(["", "", " ", "\t", "  \t "]) + cell + random.choice(["", "", " ", "\t"])
    return f'"{cell}"' if random.randrange(2) else cell


OTHERS: dict[str, Callable[[Random], str]] = {
    "texts": lambda random: random.choice(TEXTS),
    "alike": lambda random: padded(random, alike(random)),
}


def cell(random: Random, theme: str) -> str:
    """Return a cell of a summed column."""
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
    if theme in OTHERS and dice < 14:
        return OTHERS[theme](random)
    return number(random)


def tidy(random: Random, layout: Layout) -> str:
    theme = random.choice(["plain", "quoted", "mixed", "mixed", "bad", "texts", "alike", "alike"])
    row_end = random.choice(["\n", "\n", "\r\n"])
    others = random.choice([TEXTS, ("1", "22", "3.5"), ("",), ("x" * 70, "y"), ('"q"', '"a,b"')])
    ragged = random.choice([0, 2, 5] if layout.rules.pad else [0, 0, 0, 20])
    blank = random.choice([0, 0, 4])
    lines = []
    for _ in range(random.choice([0, 1, 2, 3, 5, 10, 40])):
        row = [
            cell(random, theme) if index in layout.wanted else random.choice(others)
            for index in range(layout.fields)
        ]
        if ragged and random.randrange(ragged) == 0:
            more = random.randrange(random.choice([1, 1, 3]))
            row = row[: random.randrange(len(row) + 1)] + [""] * more
        lines.append(layout.grammar.delimiter.decode().join(row))
        if blank and random.randrange(blank) == 0:
            lines.append(random.choice(["", "", " ", "\x1a", "\t \x1a"]))
        if layout.grammar.comment and random.randrange(3) == 0:
            lines.append("#" + random.choice(TEXTS + BAD) + random.choice(COMMENTS))
    return row_end.join(lines) + random.choice([row_end, row_end, "", row_end * 2])


def junk(random: Random, layout: Layout) -> str:
    alphabet = [
        *random.sample(JUNK, random.randrange(3, len(JUNK))),
        layout.grammar.delimiter.decode(),
    ]
    return "".join(random.choices(alphabet, k=random.choice([0, 3, 10, 40, 80, 300])))


def damaged(random: Random, data: bytes) -> bytes:
    """Change, remove or add a few bytes."""
    damage = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(damage) + 1)
        damage[at : at + random.randrange(2)] = random.choice(
            [b'"', b"\n", b"\r", b",", b"", b"\0", b"\xff", b'""', b"7"]
        )
    return bytes(damage)


@dataclass(frozen=True)
class Case:
    """One file and how it is read; ``cuts``: for each reading, how many bytes a block has, and how
    many the kernel asks for."""

    data: bytes
    layout: Layout
    start: State
    span: int | None
    limits: Limits
    cuts: tuple[tuple[int, int], ...]

    def read(self, make: Callable[[Limits, int], Kernel], reading: int) -> PartialSum:
        size, block_bytes = self.cuts[reading % len(self.cuts)]
        blocks = in_blocks(self.data, size)
        kernel = make(self.limits, block_bytes)
        return kernel.sum_rows(blocks, self.layout, start=self.start, span=self.span)


DECIMALS = (".", ".", ",", ",", "/", "\u00b7", "\u2019")
THOUSANDS = ("", "", ",", ".", " ", "'", "\u00a0", "\u2019")
STRIPPED = "$%()\u20ac\u00a3kgEe<\u2019\u2009 "
MISSING_TEXTS = ("-", "?", "no value", "n.v.", "\u2013", "12.5%", "-999", "0", ".5", "$", '"', "")


def make_style(random: Random) -> NumberOptions:
    """Return how numbers are written; half of the time as usual."""
    style = NumberOptions(
        decimal=random.choice(DECIMALS),
        thousands=random.choice(THOUSANDS),
        strip="".join(random.sample(STRIPPED, random.choice([0, 0, 1, 3, 6]))),
        missing=tuple(random.sample(MISSING_TEXTS, random.choice([0, 0, 1, 4]))),
    )
    return NumberOptions() if random.randrange(2) or style.conflict() else style


def make_rules(random: Random) -> Rules:
    """Return random rules; most are those of plain files."""
    modes: tuple[NonNumeric, ...] = ("columns", "fail", "skip")
    encodings: tuple[Encoding, ...] = ("utf-8", "utf-8", "windows-1252", "latin-1")
    return Rules(
        random.choice(modes),
        make_style(random),
        random.choice(encodings),
        pad=random.randrange(4) == 0,
        drop_unended=random.randrange(4) == 0,
    )


def make_case(seed: int) -> Case:
    random = Random(seed)
    delimiter = random.choice([",", ",", ",", ";", "\t", " ", random.choice(sorted(DELIMITERS))])
    fields = random.choice([1, 1, 2, 3, 5, 11, 12, 50, 130])
    step = random.choice([1, 2, 3, 10, 10])
    wanted = tuple(range(random.randrange(min(fields, 3)), fields, step))
    if random.randrange(3) == 0:
        wanted = tuple(
            sorted(random.sample(range(fields), random.randrange(1, min(fields, 9) + 1)))
        )
    names = tuple(f"n{index}" for index in wanted)
    rules = make_rules(random)
    comment = random.choice([b"", b"", b"", b"#"]) if delimiter != "#" else b""
    layout = Layout(Grammar(delimiter.encode(), comment), fields, wanted, names, 0, 0, rules)
    made = random.choice([tidy, tidy, tidy, junk])(random, layout).encode(
        "utf-8", "surrogateescape"
    )
    data = damaged(random, made) if random.randrange(4) == 0 else made
    start = random.choice([State.ROW, State.ROW, State.ROW, *(State if comment else STATES)])
    if start is not State.ROW:
        data = data[random.randrange(len(data) + 1) :]
    span = random.randrange(len(data) + 5) if random.randrange(3) == 0 else None
    sizes = (1, 2, 3, 7, 16, 63, 64, 65, 200, 1000, 1 << 20)
    cuts = tuple((random.choice(sizes), random.choice(sizes)) for _ in range(4))
    return Case(
        data,
        layout,
        start,
        span,
        Limits(max_row_bytes=random.choice([1 << 26, 1 << 26, 1 << 26, 10, 64, 300])),
        cuts,
    )
