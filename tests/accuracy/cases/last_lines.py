"""The end of a file: cut, unfinished, or followed by what is no row."""

from tests.accuracy.case import case

CASES = [
    case(
        "half-written-row",
        "a,b,c\n1,2,3\n4,5",
        {"a": 1, "b": 2, "c": 3},
        "the program that writes the file is not done",
        refused="ragged_row",
        follow={"last_row": "drop"},
    ),
    case(
        "half-written-row-dropped",
        "a,b,c\n1,2,3\n4,5",
        {"a": 1, "b": 2, "c": 3},
        "as asked for",
        {"last_row": "drop"},
    ),
    case(
        "half-written-field",
        "town,people\nA,1000\nB,20",
        {"people": 1000},
        "a number may be cut too: the owner can drop the last row",
        {"last_row": "drop"},
        left_out=["town"],
    ),
    case(
        "half-written-quote",
        'text,n\n"a",1\n"b',
        None,
        "a quote is open where the file ends",
        refused="unclosed_quote",
    ),
    case("ctrl-z", "a,b\r\n1,2\r\n\x1a", {"a": 1, "b": 2}, "how DOS ends a text"),
    case("ctrl-z-after-a-number", "a,b\r\n1,2\x1a", {"a": 1, "b": 2}, "and without a row end"),
    case("blank-last-line", "a,b\n1,2\n \n", {"a": 1, "b": 2}, "a last line of one blank"),
    case("tab-last-line", "a,b\n1,2\n\t\n", {"a": 1, "b": 2}, "a last line of one tab"),
    case("many-row-ends", "a,b\n1,2\n\n\n\n", {"a": 1, "b": 2}, "empty lines at the end"),
    case(
        "empty-fields-at-the-end",
        "a,b\n1,2\n,\n",
        {"a": 1, "b": 2},
        "a last row of empty fields, as spreadsheets leave them",
    ),
    case(
        "nul-bytes-at-the-end",
        "a,b\n1,2\n\0\0\0\0",
        {"a": 1, "b": 2},
        "a disk filled the file up",
        refused="ragged_row",
        follow={"last_row": "drop"},
    ),
    case(
        "lone-cr-at-the-end",
        "a,b\n1,2\n3,4\r",
        None,
        "half of a row end",
        also={"a": 4, "b": 6},
        refused="lone_carriage_return",
    ),
    case(
        "no-last-end-and-quotes",
        'a,b\n"1","2"\n"3","4"',
        {"a": 4, "b": 6},
        "quotes close at the end of the file",
    ),
    case("empty", b"", None, "a file without a byte", refused="empty_file"),
    case("blank-lines-only", "\n\r\n\n", None, "nothing but row ends", refused="empty_file"),
]
