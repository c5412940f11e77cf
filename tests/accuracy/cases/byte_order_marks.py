"""Byte order marks in front of a file are no part of its first name."""

from tests.accuracy.case import case

MARK = b"\xef\xbb\xbf"

CASES = [
    case("one", MARK + b"amount\n5\n6\n", {"amount": 11}, "as Excel writes it"),
    case("two", MARK * 2 + b"amount\n5\n6\n", {"amount": 11}, "two files in one, or two programs"),
    case(
        "before-a-quote",
        MARK + b'"a,b",c\n1,2\n',
        {"a,b": 1, "c": 2},
        "the first name is quoted all the same",
    ),
    case(
        "before-a-blank-line", MARK + b"\r\na,b\r\n1,2\r\n", {"a": 1, "b": 2}, "and an empty line"
    ),
    case(
        "before-excels-first-line",
        MARK + b"sep=;\r\na;b\r\n1;2\r\n",
        {"a": 1, "b": 2},
        "and the line that names the delimiter",
    ),
    case(
        "before-a-first-row-of-numbers",
        MARK + b"1,2\n3,4\n",
        {"col0": 4, "col1": 6},
        "the mark does not make a name of a number",
        refused="header_looks_like_data",
        follow={"header": False},
    ),
    case("alone", MARK, None, "a mark is no row", refused="empty_file"),
    case(
        "in-the-middle",
        b"a,b\n1,2\n" + MARK + b"3,4\n",
        None,
        "a second file was appended: its mark makes a text of a number",
        also={"a": 4, "b": 6},
        refused="not_a_number",
    ),
    case(
        "before-a-title",
        MARK + b"Towns\ntown,n\nA,5\nB,6\n",
        {"n": 11},
        "a title below the mark",
        {"skip_rows": 1},
        left_out=["town"],
    ),
    case(
        "before-a-comment",
        MARK + b"# made by x\na,b\n1,2\n",
        {"a": 1, "b": 2},
        "the sign of the comment is the first character all the same",
        {"comment": "#"},
    ),
    case(
        "and-row-names",
        MARK + b"x;y\nr;1;2\ns;3;4\n",
        {"x": 4, "y": 6},
        "a header that is one name short",
        left_out=["col0"],
    ),
]
