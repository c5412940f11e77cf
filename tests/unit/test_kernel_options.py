"""The contract of a kernel on every option of reading, by example."""

from decimal import Decimal

import pytest

from chalicelib.engine.layout import Layout
from chalicelib.engine.read_options import Encoding, NumberOptions
from chalicelib.engine.rules import Rules
from chalicelib.engine.states import Grammar, State
from chalicelib.engine.sums import Kind, PartialSum, RefusedCell
from tests.csv_files import in_blocks
from tests.kernels import Make, every_kernel

every_block = pytest.mark.parametrize("block", [1, 3, 1 << 20])


def read(
    kernel: Make,
    data: bytes,
    wanted: tuple[int, ...] = (0,),
    rules: Rules | None = None,
    *,
    fields: int = 0,
    comment: bytes = b"",
    block: int = 1 << 20,
) -> PartialSum:
    fields = fields or data.split(b"\n", 1)[0].count(b";") + 1
    grammar = Grammar(b";", comment)
    layout = Layout(grammar, fields, wanted, (), 0, 0, rules or Rules("columns"))
    return kernel(block_bytes=block).sum_rows(in_blocks(data, block), layout)


def totals(partial: PartialSum) -> list[object]:
    assert partial.fault is None
    return [column.total for column in partial.columns]


def place(partial: PartialSum) -> tuple[str, int | None, int | None]:
    assert partial.fault is not None
    return partial.fault.code, partial.fault.line, partial.fault.byte


@every_kernel
@every_block
@pytest.mark.parametrize("wanted", [(0,), (4,), (0, 1), (0, 2, 3), (1, 4), (0, 1, 2, 3, 4)])
def test_any_set_of_columns_is_summed(kernel: Make, block: int, wanted: tuple[int, ...]) -> None:
    found = read(kernel, b'1;2;"3";4;5\n10;20;30;40;50\n', wanted, block=block)
    assert totals(found) == [11 * (index + 1) for index in wanted]


@every_kernel
@every_block
@pytest.mark.parametrize("line", [b"#", b"# x", b'#"', b'#;"', b"#1;2;3", b"#\0", b"#\xff"])
def test_lines_of_comment_are_skipped_whatever_stands_in_them(
    kernel: Make, block: int, line: bytes
) -> None:
    found = read(
        kernel, line + b"\n1\n" + line + b"\n2\n" + line, fields=1, comment=b"#", block=block
    )
    assert (totals(found), found.rows, found.unended) == ([3], 2, False)


@every_kernel
def test_a_sign_within_a_row_or_a_quote_begins_no_comment(kernel: Make) -> None:
    found = read(kernel, b'1;#\n2;"\n#"\n', comment=b"#")
    assert (totals(found), found.rows) == ([3], 2)
    assert read(kernel, b"#\n1\n").columns[0].skipped == 1


@every_kernel
def test_a_part_that_starts_in_a_comment_begins_with_the_line_after_it(kernel: Make) -> None:
    layout = Layout(Grammar(b";", b"#"), 1, (0,), (), 0, 0, Rules("columns"))
    found = kernel().sum_rows([b'5 "\n1\n'], layout, start=State.COMMENT)
    assert (totals(found), found.rows) == ([1], 1)


@every_kernel
@every_block
def test_short_rows_are_padded_where_that_is_asked_for(kernel: Make, block: int) -> None:
    data = b"1;2;3\n4\n5;6\n"
    found = read(kernel, data, (0, 1, 2), Rules("fail", pad=True), block=block)
    assert totals(found) == [10, 8, 3]
    assert [column.missing for column in found.columns] == [0, 1, 2]
    assert place(read(kernel, data, rules=Rules("fail"), block=block)) == ("ragged_row", 1, 6)
    longer = read(kernel, b"1;2\n3;4;5\n", rules=Rules("fail", pad=True), block=block)
    assert place(longer) == ("ragged_row", 1, 4)


@every_kernel
@every_block
@pytest.mark.parametrize("rest", [b"5", b"5;6", b"5;x;7", b'5;"6', b'"', b"5;6\r", b'"5"x', b"\0"])
def test_a_row_without_an_end_is_dropped_where_that_is_asked_for(
    kernel: Make, block: int, rest: bytes
) -> None:
    rules = Rules("fail", drop_unended=True)
    found = read(kernel, b"1;2\n3;4\n" + rest, (0, 1), rules, block=block)
    assert (totals(found), found.rows, found.bytes) == ([4, 6], 2, 8 + len(rest))
    assert found.unended


@every_kernel
@every_block
@pytest.mark.parametrize("end", [b"", b"\n", b" ", b"\x1a"])
def test_a_row_with_an_end_is_never_dropped(kernel: Make, block: int, end: bytes) -> None:
    rules = Rules("fail", drop_unended=True)
    found = read(kernel, b"1;2\n3;4\n" + end, rules=rules, block=block)
    assert (totals(found), found.rows, found.unended) == ([4], 2, False)


@every_kernel
@every_block
def test_a_quote_that_swallows_rows_is_not_dropped(kernel: Make, block: int) -> None:
    found = read(kernel, b'1\n"2\n3\n4\n', rules=Rules("fail", drop_unended=True), block=block)
    assert place(found) == ("unclosed_quote", 1, 2)


@every_kernel
@every_block
@pytest.mark.parametrize(
    ("cells", "numbers", "total"),
    [
        ("1,5|2,25", NumberOptions(decimal=","), "3.75"),
        ("1.234,5|1", NumberOptions(decimal=",", thousands="."), "1235.5"),
        ("1,234|12,34,567", NumberOptions(thousands=","), "1235801"),
        ("1\u202f234|1 000", NumberOptions(thousands=" "), "2234"),
        ("$1,000.5|(2)|3%", NumberOptions(thousands=",", strip="$%()"), "1001.5"),
        ("-999|?| k.A. |4", NumberOptions(missing=("-999", "?", "k.A.")), "4"),
    ],
)
def test_numbers_are_read_in_the_style_of_a_file(
    kernel: Make, block: int, cells: str, numbers: NumberOptions, total: str
) -> None:
    data = "".join(f'{cell}\n"{cell}"\n' for cell in cells.split("|")).encode()
    found = read(kernel, data, rules=Rules("fail", numbers), block=block)
    assert totals(found) == [2 * Decimal(total)]


@every_kernel
@every_block
@pytest.mark.parametrize("cell", ["1.5", "1.234.5", "1.5,2", "1e5.5"])
def test_a_number_in_another_style_is_never_added(kernel: Make, block: int, cell: str) -> None:
    rules = Rules("skip", NumberOptions(decimal=",", thousands="."))
    (column,) = read(kernel, f"7\n{cell}\n".encode(), rules=rules, block=block).columns
    assert [column.total, column.values] == [7, 1]


@every_kernel
@every_block
@pytest.mark.parametrize(
    ("encoding", "raw", "text"),
    [
        ("utf-8", b"caf\xc3\xa9", "café"),
        ("utf-8", b"caf\xe9", "caf\udce9"),
        ("windows-1252", b"5 \x80", "5 €"),
        ("latin-1", b"caf\xe9", "café"),
    ],
)
def test_the_first_text_is_kept_in_the_encoding_of_the_file(
    kernel: Make, block: int, encoding: Encoding, raw: bytes, text: str
) -> None:
    rules = Rules("columns", encoding=encoding)
    (column,) = read(kernel, b"1\n" + raw + b"\n", rules=rules, block=block).columns
    assert [cell.text for cell in column.refused] == [text]


@every_kernel
@every_block
def test_marks_and_markers_are_found_in_the_encoding_of_the_file(kernel: Make, block: int) -> None:
    numbers = NumberOptions(strip="€", missing=("é",))
    files: dict[Encoding, bytes] = {
        "utf-8": "5€\né\n".encode(),
        "windows-1252": b"5\x80\n\xe9\n",
    }
    for encoding, data in files.items():
        found = read(kernel, data, rules=Rules("fail", numbers, encoding), block=block)
        assert (totals(found), found.columns[0].missing) == ([5], 1)


@every_kernel
@every_block
@pytest.mark.parametrize(
    ("row", "byte"), [(b'"5"x;1', 5), (b'1;"5"" x"y', 11), (b'"a\nb" c', 7), (b'"5"6"', 5)]
)
def test_text_after_a_closing_quote_is_refused(
    kernel: Make, block: int, row: bytes, byte: int
) -> None:
    found = read(kernel, b"1\n" + row + b"\n", fields=1, block=block)
    code, _, at = place(found)
    assert (code, at) == ("text_after_quote", byte)


@every_kernel
@every_block
def test_blanks_after_a_closing_quote_are_no_text(kernel: Make, block: int) -> None:
    assert totals(read(kernel, b'"5" ;1\n"6"\t;"2" \n', (0, 1), block=block)) == [11, 3]


@every_kernel
@every_block
def test_lines_of_blanks_are_no_rows_and_a_nul_is_text(kernel: Make, block: int) -> None:
    found = read(kernel, b"1\n \n\t\r\n\x1a\n\n\0\n2\x1a", rules=Rules("columns"), block=block)
    (column,) = found.columns
    assert [column.total, column.skipped, found.rows] == [3, 1, 3]


@every_kernel
@every_block
def test_cells_are_counted_by_kind_with_the_first_of_each(kernel: Make, block: int) -> None:
    data = b'1\nNA\nx\n<5\n1e999\ny\n>6\n"1,200"\n'
    (column,) = read(kernel, data, block=block).columns
    assert (column.values, column.missing, column.skipped) == (1, 1, 2)
    assert (column.alike, column.comparisons) == (2, 2)
    assert set(column.refused) == {
        RefusedCell(Kind.TEXT, "not_a_number", "x", 2, 5),
        RefusedCell(Kind.COMPARISON, "looks_like_a_number", "<5", 3, 7),
        RefusedCell(Kind.LIKE_A_NUMBER, "out_of_range", "1e999", 4, 10),
    }


@every_kernel
@pytest.mark.parametrize(
    ("cells", "scales"),
    [
        (b"1\n-20\n", 1),
        (b"1.5\n", 1 << 1),
        (b"1.234\n2\n", 1 | 1 << 3),
        (b"1.\n", 1),
        (b"1.123456\n", 1 << 6),
        (b"1.1234567\n", 1 << 7),
        (b"1e3\n", 1 << 7),
        (b'"1.25"\n', 1 << 2),
    ],
)
def test_how_many_digits_follow_the_points_is_known(
    kernel: Make, cells: bytes, scales: int
) -> None:
    (column,) = read(kernel, cells).columns
    assert column.scales == scales
    assert column.is_integer == (b"." not in cells and b"e" not in cells)
