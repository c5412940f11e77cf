"""Row ends: LF, CRLF, CR, CR CR LF, and what may not be mixed."""

from tests.accuracy.case import case

CASES = [
    case("cr", "a,b\r1,2\r3,4\r", {"a": 4, "b": 6}, "Excel for Mac of old"),
    case("cr-without-the-last", "a,b\r1,2\r3,4", {"a": 4, "b": 6}, "the last row needs no end"),
    case(
        "cr-and-semicolons", "a;b\r1,5;2\r3,5;4\r", {"a": 5, "b": 6}, "in Europe", {"decimal": ","}
    ),
    case(
        "cr-and-line-feeds-in-quotes",
        'a,b\r"x\ny",2\r"z",4\r',
        {"b": 6},
        "a line feed inside quotes ends no row",
        left_out=["a"],
    ),
    case("cr-and-blank-lines", "\ra,b\r\r1,2\r3,4\r\r", {"a": 4, "b": 6}, "blank lines of CR"),
    case("cr-cr-lf", "a,b\r\r\n1,2\r\r\n3,4\r\r\n", {"a": 4, "b": 6}, "text mode, twice"),
    case(
        "cr-cr-lf-and-quotes",
        'a,b\r\r\n"x\r\r\ny","2"\r\r\n"z","4"\r\r\n',
        {"b": 6},
        "a doubled row end inside quotes",
        left_out=["a"],
    ),
    case(
        "cr-cr-lf-and-one-column",
        "v\r\r\n1\r\r\n2\r\r\n",
        {"v": 3},
        "no blank row counts as a missing value",
    ),
    case("crlf-and-lf", "a,b\r\n1,2\n3,4\r\n", {"a": 4, "b": 6}, "two files put together"),
    case(
        "lf-and-cr",
        "a,b\n1,2\r3,4\n",
        None,
        "a CR between rows of LF may be a row end or a part of a field",
        also={"a": 4, "b": 6},
        refused="lone_carriage_return",
    ),
    case(
        "cr-and-lf",
        "a,b\r1,2\r3,4\n5,6\r",
        None,
        "an LF between rows of CR",
        also={"a": 9, "b": 12},
        refused="lone_carriage_return",
    ),
    case(
        "crlf-and-cr-cr-lf",
        "a,b\r\n1,2\r\r\n3,4\r\n",
        None,
        "some row ends are doubled",
        also={"a": 4, "b": 6},
        refused="lone_carriage_return",
    ),
    case(
        "cr-in-a-field",
        "a,b\nx\ry,2\nz,4\n",
        None,
        "an unquoted CR in a field",
        also={"b": 6},
        refused="lone_carriage_return",
    ),
    case(
        "cr-in-quotes",
        'a,b\n"x\ry",2\nz,4\n',
        {"b": 6},
        "a quoted CR in a field",
        left_out=["a"],
    ),
    case("cr-after-a-blank", "a,b \r1,2 \r3,4 \r", {"a": 4, "b ": 6}, "blanks before CR"),
    case(
        "other-line-separators",
        "a,b\nx\u2028y,2\nz\x0bw\x0c,4\n",
        {"b": 6},
        "Unicode's line separator, vertical tab and form feed end no row",
        left_out=["a"],
    ),
    case(
        "cr-with-semicolons-and-decimal-commas",
        "a;b\r1,5;2\r2,5;3\r",
        {"a": 4, "b": 5},
        "an export of an old Mac",
        {"decimal": ","},
    ),
    case(
        "cr-and-a-title",
        "Towns\rtown;n\rA;5\rB;6\r",
        {"n": 11},
        "lines count as the file has them",
        left_out=["town"],
        refused="ragged_row",
        follow={"skip_rows": 1},
    ),
]
