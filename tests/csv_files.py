"""Hypothesis strategies for CSV files, regular and irregular."""

from collections.abc import Iterator

from hypothesis import strategies as st

from chalicelib.engine.read_options import NumberOptions


def in_blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


numbers = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12
    ).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        [
            "-0",
            "+1",
            ".5",
            "1.",
            "1e308",
            "1e-320",
            "-.25e+3",
            "0.1",
            "1e16",
            "-1e16",
            "0e999",
            "1E5",
            " 7",
            "8\t",
        ]
    ),
    st.sampled_from(["9" * 40, "0." + "3" * 200, "1" * 299, "-" + "1" * 301, "0" * 400 + "5"]),
    st.sampled_from(["", "", "NA", "NaN", "null", " ", '""', '"12"', '"-3.5"', '" 4 "']),
)
small_numbers = st.sampled_from(
    ["1", "-2.5", "", '"3"', "1e2", "NA", ".5", "7 ", '""', "12345678901234567890"]
)
texts = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "é",
            "a b",
            '"a,b"',
            '"a\nb"',
            '"a\r\nb"',
            '"say ""hi"""',
            'a"b',
            ' "a',
            '"a"b',
            '"a""',
            "2024-01-01",
            "=SUM(A1)",
        ]
    ),
    st.text(alphabet='ab ,\n"é😀', max_size=6).map(
        lambda text: '"' + text.replace('"', '""') + '"'
    ),
)
bad_numbers = st.sampled_from(
    ["nan1", "inf", "1_000", "\uff11", "0x10", "1,5", "True", "1 2", "--1", "1e309", "1e-401", "٣"]
)


@st.composite
def tidy_files(draw: st.DrawFn, bad: bool = False, small: bool = False) -> bytes:
    """Generate a CSV with a header, quotes of all kinds, LF or CRLF; with faults if ``bad``."""
    fields = draw(st.integers(1, 4 if small else 13))
    row_end = draw(st.sampled_from(["\n", "\r\n"]))
    blank = draw(st.booleans())
    plain = small_numbers if small else numbers
    summed = st.one_of(plain, bad_numbers) if bad and draw(st.booleans()) else plain
    lines = [",".join(f"n{index}" for index in range(fields))]
    for _ in range(draw(st.integers(0, 4 if small else 12))):
        row = [
            draw(summed) if index % (3 if small else 10) == 0 else draw(texts)
            for index in range(fields)
        ]
        if bad and draw(st.integers(0, 8)) == 0:
            row = row[: draw(st.integers(0, fields))] + [""] * draw(st.integers(0, 2))
        lines.append(",".join(row))
        if blank and draw(st.integers(0, 5)) == 0:
            lines.append("")
    bom = draw(st.sampled_from(["", "", "\ufeff"]))
    last = draw(st.sampled_from([row_end, row_end, "", row_end * 2]))
    return (bom + row_end.join(lines) + last).encode()


def junk_files(
    alphabet: tuple[bytes, ...] = (
        b'"',
        b",",
        b"\n",
        b"\r\n",
        b"1",
        b".",
        b" ",
        b"\xc3\xa9",
        b"a",
        b"\r",
    ),
) -> st.SearchStrategy[bytes]:
    """Generate bytes that are mostly separators and quotes."""
    return st.lists(st.sampled_from(alphabet), max_size=40).map(b"".join)


def long_texts() -> st.SearchStrategy[bytes]:
    """Generate few quotes far apart, so that the state before a cut often cannot be proven."""
    text = st.lists(st.sampled_from([b"1\n", b"2,3\n", b",", b"x", b"\n"]), max_size=8).map(
        b"".join
    )
    return st.tuples(
        text,
        st.lists(st.tuples(st.sampled_from([b'"', b',"', b'",', b'""', b'x"']), text), max_size=5),
    ).map(lambda parts: parts[0] + b"".join(quote + rest for quote, rest in parts[1]))


#: The styles of numbers, by country and by program.
styles = st.sampled_from(
    [
        NumberOptions(),
        NumberOptions(decimal=","),
        NumberOptions(decimal=",", thousands="."),
        NumberOptions(thousands=","),
        NumberOptions(thousands="'"),
        NumberOptions(thousands=" ", strip="€"),
        NumberOptions(thousands=",", strip="$%()"),
        NumberOptions(missing=("-", "?", "k.A.")),
        NumberOptions(missing=("-999", "1")),
        NumberOptions(decimal=",", missing=("-999", "<5")),
    ]
)
