"""Row ends inside quotes: they belong to the field."""

from tests.accuracy.case import case

CASES = [
    case("lf", 'a,b\n"x\ny",1\nz,2\n', {"b": 3}, "a line feed in a text", left_out=["a"]),
    case(
        "crlf",
        'a,b\r\n"x\r\ny",1\r\nz,2\r\n',
        {"b": 3},
        "a Windows row end in a text",
        left_out=["a"],
    ),
    case(
        "lf-in-crlf",
        'a,b\r\n"x\ny",1\r\nz,2\r\n',
        {"b": 3},
        "Excel's line break in a cell",
        left_out=["a"],
    ),
    case(
        "in-a-name",
        '"price\n(EUR)",n\n1.5,2\n2.5,3\n',
        {"price\n(EUR)": 4, "n": 5},
        "a name of two lines",
    ),
    case(
        "rows-of-numbers-inside",
        'note,n\n"1,1\n2,2\n3,3",10\nx,20\n',
        {"n": 30},
        "what looks like rows is one text",
        left_out=["note"],
    ),
    case(
        "blank-lines-inside",
        'a,b\n"\n\n\n",1\nz,2\n',
        {"b": 3},
        "blank lines in a text",
        left_out=["a"],
    ),
    case(
        "at-the-end-of-a-number",
        'a,b\n"1\n",2\n3,4\n',
        None,
        "a line feed is no blank",
        also={"a": 4, "b": 6},
        refused="looks_like_a_number",
    ),
    case(
        "with-quotes-and-delimiters",
        'a,b\n"x,""\n"",y",1\n"""\n""",2\n',
        {"b": 3},
        "quotes, commas and line feeds in one text",
        left_out=["a"],
    ),
    case(
        "in-the-last-row",
        'a,b\nx,1\n"y\nz",2',
        {"b": 3},
        "the file ends in a row of two lines without an end",
        left_out=["a"],
    ),
    case(
        "with-semicolons",
        'a;b\n"x\n1;2\ny";1,5\nz;2,5\n',
        {"b": 4},
        "a row of the table inside a text",
        {"decimal": ","},
        left_out=["a"],
    ),
    case(
        "cr",
        'a,b\n"x\ry",1\nz,2\n',
        {"b": 3},
        "a line break of an old Mac in a text",
        left_out=["a"],
    ),
    case(
        "in-every-row",
        'a;b\n"x\ny";1\n"z\nw";2\n"v\nu";3\n',
        {"b": 6},
        "as many lines in texts as rows",
        left_out=["a"],
    ),
    case(
        "in-a-column-that-is-not-summed",
        'id,note,n\n1,"a\nb",5\n2,"c\nd",6\n',
        {"n": 11},
        "the text is between the columns",
        {"columns": ["n"]},
    ),
]
