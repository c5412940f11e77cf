"""Rows or headers that end with a delimiter: no names are shifted by it."""

from tests.accuracy.case import case

CASES = [
    case(
        "rows",
        "a,b\n1,2,\n3,4,\n",
        {"a": 4, "b": 6},
        "every row but the header ends with a comma",
        left_out=["col2"],
    ),
    case("header", "a,b,\n1,2\n3,4\n", {"a": 4, "b": 6}, "the header alone ends with a comma"),
    case(
        "both",
        "a,b,\n1,2,\n3,4,\n",
        {"a": 4, "b": 6},
        "every line ends with a comma: a column without a name and without a value",
        left_out=["col2"],
    ),
    case(
        "rows-with-semicolons",
        "a;b;c\n1,5;2;x;\n3,5;4;y;\n",
        {"a": 5, "b": 6},
        "with semicolons and decimal commas",
        {"decimal": ","},
        left_out=["c", "col3"],
    ),
    case(
        "rows-with-tabs",
        "a\tb\n1\t2\t\n3\t4\t\n",
        {"a": 4, "b": 6},
        "with tabs",
        left_out=["col2"],
    ),
    case(
        "rows-with-blanks-after",
        "a,b\n1,2, \n3,4, \n",
        {"a": 4, "b": 6},
        "a blank after the last comma is no value",
        left_out=["col2"],
    ),
    case(
        "one-row-only",
        "a,b\n1,2\n3,4,\n5,6\n",
        None,
        "one row of three ends with a comma: a value may be missing in the middle of it",
        refused="ragged_row",
    ),
    case(
        "all-rows-but-one",
        "a,b\n1,2,\n3,4\n5,6,\n",
        None,
        "one row of three does not end with a comma",
        refused="ragged_row",
    ),
    case(
        "a-value-after-the-last-comma",
        "a,b\n1,2,\n3,4,9\n5,6,\n",
        None,
        "the ninth belongs to a column that has no name, or to the one before",
        refused="ragged_row",
    ),
    case(
        "two-in-all-rows",
        "a,b,,\n1,2,,\n3,4,,\n",
        {"a": 4, "b": 6},
        "two empty columns at the end of every line",
        left_out=["col2", "col3"],
    ),
    case(
        "rows-with-bars",
        "a|b\n1|2|\n3|4|\n",
        {"a": 4, "b": 6},
        "with bars",
        left_out=["col2"],
    ),
    case(
        "rows-and-text",
        "town,n\nA,1,\nB,2,\n",
        {"n": 3},
        "the names stay with their columns",
        left_out=["town", "col2"],
    ),
]
