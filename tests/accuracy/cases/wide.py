"""Many columns, long fields, and rows longer than what is looked at first."""

from tests.accuracy.case import case


def row(cells: list[str], mark: str = ",") -> str:
    return mark.join(cells) + "\n"


NAMES = [f"n{index}" for index in range(2000)]

CASES = [
    case(
        "two-thousand-columns",
        row(NAMES) + row(["1"] * 2000) + row(["2"] * 2000),
        {f"n{index}": 3 for index in range(0, 2000, 10)},
        "every tenth of them is summed",
        {"step": 10},
    ),
    case(
        "the-last-of-many",
        row(NAMES) + row([str(index) for index in range(2000)]) * 2,
        {"n1999": 3998},
        "the last column, by name",
        {"columns": ["n1999"]},
    ),
    case(
        "a-header-beyond-the-window",
        row(["a rather long name of a column " * 3 + str(index) for index in range(900)], ";")
        + row(["0,5"] * 900, ";") * 3,
        {"a rather long name of a column " * 3 + "899": "1.5"},
        "the header is longer than the first 64 KiB",
        {"first": 899, "step": 900, "decimal": ","},
    ),
    case(
        "a-long-text",
        'text,n\n"' + "many words, " * 8000 + '",1\nx,2\n',
        {"n": 3},
        "a field of 96 KB, with commas",
        left_out=["text"],
    ),
    case(
        "many-short-rows",
        "v\n" + "1\n" * 40_000,
        {"v": 40_000},
        "more rows than are looked at",
    ),
    case(
        "a-fault-beyond-the-window",
        "a;b\n" + "1;2\n" * 20_000 + "1,5;2\n",
        {"a": "20001.5", "b": 40_002},
        "the first number with a comma is far from the start",
        refused="looks_like_a_number",
        follow={"decimal": ","},
    ),
    case(
        "a-text-beyond-the-window",
        "a,b\n" + "1,2\n" * 20_000 + "x,2\n",
        None,
        "the first text is far from the start",
        also={"b": 40_002},
        refused="not_a_number",
    ),
    case(
        "numbers-beyond-the-window",
        "a,b\n" + "x,2\n" * 20_000 + "1,2\n",
        {"b": 40_002},
        "one number among twenty thousand texts",
        left_out=["a"],
    ),
    case(
        "a-cell-of-a-thousand-characters",
        "n,m\n" + "0" * 999 + "5,1\n6,2\n",
        {"n": 11, "m": 3},
        "the longest number that is read",
    ),
    case(
        "a-title-above-many-columns",
        "Table 7\n" + row(NAMES[:50], ";") + row(["1"] * 50, ";") + row(["2"] * 50, ";"),
        {f"n{index}": 3 for index in range(50)},
        "fifty columns below a title",
        refused="ragged_row",
        follow={"skip_rows": 1},
    ),
]
