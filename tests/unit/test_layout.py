"""The first row: names, positions, and files that are not CSV at all."""

import io

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.layout import Layout, unique_names
from chalicelib.engine.limits import LIMITS, Limits
from chalicelib.engine.opening import open_table, open_text, read_layout
from chalicelib.engine.options import Options
from chalicelib.engine.row_ends import translate
from chalicelib.errors import BadCsv, Fault
from tests.csv_files import in_blocks, junk_files, tidy_files


def layout_of(
    data: bytes, options: Options | None = None, block: int = 5, limits: Limits = LIMITS
) -> tuple[Layout, bytes]:
    layout, rest = read_layout(in_blocks(data, block), options or Options(), limits)
    return layout, b"".join(rest)


def fault_of(data: bytes, options: Options | None = None, limits: Limits = LIMITS) -> Fault:
    with pytest.raises(BadCsv) as bad:
        layout_of(data, options, limits=limits)
    return bad.value.fault


HEADER = ",".join(f"n{index}" for index in range(25)).encode()


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_every_tenth_name_and_the_rest_of_the_bytes(block: int) -> None:
    layout, rest = layout_of(HEADER + b"\r\n1,2\n", block=block)
    assert (layout.fields, layout.names) == (25, ("n0", "n10", "n20"))
    assert (layout.data_start, layout.data_line, rest) == (len(HEADER) + 2, 1, b"1,2\n")


def test_step_and_first_choose_the_columns() -> None:
    layout, _ = layout_of(HEADER, Options(step=7, first=3))
    assert layout.names == ("n3", "n10", "n17", "n24")


def test_without_a_header_columns_are_named_by_index_and_the_first_row_is_data() -> None:
    layout, rest = layout_of(b"\n1,2\n3,4\n", Options.of({"header": False, "step": 1}))
    assert (layout.names, layout.data_start, layout.data_line, rest) == (
        ("col0", "col1"),
        1,
        1,
        b"1,2\n3,4\n",
    )


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    layout, rest = layout_of(b'\xef\xbb\xbf"a ""x""\ny",b\n1,2\n')
    assert (layout.names, layout.data_start, layout.data_line, rest) == (
        ('a "x"\ny',),
        17,
        2,
        b"1,2\n",
    )


def test_blank_lines_before_the_header_are_skipped() -> None:
    layout, rest = layout_of(b"\n\r\na,b\n1,2\n")
    assert (layout.names, layout.data_line, rest) == (("a",), 3, b"1,2\n")


def test_a_name_left_empty_is_named_by_its_index() -> None:
    assert layout_of(b",b,\n", Options(step=1))[0].names == ("col0", "b", "col2")


@pytest.mark.parametrize("names", ["a,a,a", "a,a.1,a", "a,b,a,b", "a,a,a.1,a.1"])
def test_repeated_names_get_the_suffixes_of_pandas(names: str) -> None:
    frame = pandas.read_csv(io.StringIO(names + "\n"))
    assert layout_of(names.encode(), Options(step=1))[0].names == tuple(frame.columns)


@given(st.lists(st.sampled_from(["a", "a.1", "a.1.1", "b", "a.2"]), max_size=12))
def test_no_two_names_are_the_same(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(names)
    assert all(
        new == old or new.startswith(old + ".") for new, old in zip(unique, names, strict=True)
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"a\0,\0b\0\n\0", "nul_byte"),
        (b'a,"b', "unclosed_quote"),
        (b"PAR1\x15\x04", "not_csv"),
    ],
)
def test_a_file_that_is_not_csv_is_refused_with_the_reason(data: bytes, code: str) -> None:
    fault = fault_of(data)
    assert fault.code == code
    assert fault.line == 0


def test_a_name_that_is_not_utf8_matters_only_where_it_is_summed() -> None:
    asked = {"encoding": "utf-8"}
    assert layout_of(b"a,caf\xe9\n", Options.of(asked))[0].names == ("a",)
    fault = fault_of(b"a,caf\xe9\n", Options.of({"first": 1, **asked}))
    assert (fault.code, fault.byte) == ("not_utf8", 2)


def test_names_that_are_not_utf8_are_windows_1252() -> None:
    assert layout_of(b"caf\xe9,b\n1,2\n")[0].names == ("caf\xe9",)


@pytest.mark.parametrize(
    ("columns", "wanted", "names"),
    [
        (["b"], (1,), ("b",)),
        (["c", "a", 1], (0, 1, 2), ("a", "b", "c")),
        (["b", 1], (1,), ("b",)),
        (["2020"], (3,), ("2020",)),
    ],
)
def test_columns_are_chosen_by_names_and_indexes(
    columns: list[str | int], wanted: tuple[int, ...], names: tuple[str, ...]
) -> None:
    layout, _ = layout_of(b"a,b,c,2020\n1,2,3,4\n", Options.of({"columns": columns}))
    assert (layout.wanted, layout.names) == (wanted, names)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("pric", "there is no column 'pric'; the most similar name is 'price'"),
        ("?", "there is no column '?'"),
        (3, "the rows have 3 fields, so there is no column with the index 3"),
        (2020, r"so there is no column with the index 2020; for the one with this name, give"),
    ],
)
def test_a_column_that_does_not_exist_is_refused_with_what_there_is(
    column: str | int, said: str
) -> None:
    fault = fault_of(b"price,b,2020\n1,2,3\n", Options.of({"columns": [column]}))
    assert fault.code == "no_column"
    assert said in fault.message


def test_columns_of_a_file_without_header_have_names_as_well() -> None:
    asked = Options.of({"columns": ["col1"], "header": False})
    assert layout_of(b"1,2\n3,4\n", asked)[0].wanted == (1,)


def test_a_name_that_a_file_without_header_lacks_is_refused_with_the_names_there_are() -> None:
    asked = Options.of({"columns": ["price"], "header": False})
    assert "the names are col0 to col1" in fault_of(b"1,2\n3,4\n", asked).message


def test_a_first_column_beyond_the_row_says_how_many_there_are() -> None:
    fault = fault_of(b"a,b\n", Options(first=2))
    assert fault.code == "no_column"
    assert "2 fields" in fault.message


def test_more_sums_than_the_limit_are_refused() -> None:
    limits = Limits(max_sums=3)
    assert fault_of(b"a,b,c,d\n", Options(step=1), limits).code == "too_many_sums"
    assert len(layout_of(b"a,b,c\n", Options(step=1), limits=limits)[0].names) == 3


def test_a_long_first_row_is_not_joined_anew_with_each_of_its_blocks() -> None:
    joined = []

    class Block(bytes):
        """Notes when it is appended to others one by one."""

        def __radd__(self, other: bytes) -> bytes:
            joined.append(len(other))
            return other + bytes(self)

    layout, _ = read_layout((Block(b"x" * 1000) for _ in range(1000)), Options())
    assert layout.fields == 1
    assert joined == []


@given(
    st.one_of(
        tidy_files(bad=True),
        junk_files(),
        st.integers(0, 30).map(lambda count: b"\n" * count + b"a\n1\n"),
    ),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([10, 40, 1 << 26]),
    st.booleans(),
)
def test_the_layout_or_the_fault_does_not_depend_on_the_blocks(
    data: bytes, bom: bytes, max_row_bytes: int, header: bool
) -> None:
    assert (
        len({outcome(bom + data, size, max_row_bytes, header) for size in (1, 2, 5, 17, 1000)}) == 1
    )


def outcome(
    data: bytes, block: int, max_row_bytes: int, header: bool
) -> tuple[Layout, bytes] | Fault:
    limits = Limits(max_row_bytes=max_row_bytes)
    options = Options.of({"header": header})
    try:
        table = open_table(open_text(in_blocks(data, block), options.read), options, limits)
    except BadCsv as bad:
        return bad.fault
    layout, found = table.layout, b"".join(table.rows)
    text = b"".join(translate([data], table.dialect.row_end))
    assert found == text[layout.data_start :]
    assert layout.data_line == text.count(b"\n", 0, layout.data_start)
    return layout, found


def test_the_position_of_a_fault_counts_a_byte_order_mark_and_blank_lines() -> None:
    fault = fault_of(b"\xef\xbb\xbf\n\r\na,b\rc\n")
    assert (fault.code, fault.line, fault.byte) == ("lone_carriage_return", 2, 9)


def test_any_number_of_blank_lines_before_the_header_is_not_a_long_row() -> None:
    assert outcome(b"\n" * 5000 + b"a\n", 64, 100, True) == outcome(
        b"\n" * 5000 + b"a\n", 10_000, 100, True
    )
    assert isinstance(outcome(b"\n" * 5000 + b"a\n", 64, 100, True), tuple)
