"""Files as every reader expects them: commas, a header, points, no surprises."""

from tests.accuracy.case import case

CASES = [
    case("integers", "a,b\n1,2\n3,4\n", {"a": 4, "b": 6}, "the smallest ordinary file"),
    case(
        "decimals",
        "x,y\n0.1,1.5\n0.2,2.5\n0.3,-1\n",
        {"x": "0.6", "y": 3},
        "a double adds 0.1, 0.2 and 0.3 to 0.6000000000000001",
    ),
    case("negative", "n\n-5\n-7\n2\n", {"n": -10}, "one column, minus signs"),
    case("one-row", "a,b,c\n7,8,9\n", {"a": 7, "b": 8, "c": 9}, "a single row of data"),
    case("one-cell", "v\n42\n", {"v": 42}, "a header and one number"),
    case(
        "no-last-row-end",
        "v\n1\n2\n3",
        {"v": 6},
        "the last row is complete but for its end",
    ),
    case("crlf", "a,b\r\n1,2\r\n3,4\r\n", {"a": 4, "b": 6}, "row ends of Windows"),
    case(
        "all-quoted",
        '"a","b"\n"1","2.5"\n"3","4.25"\n',
        {"a": 4, "b": "6.75"},
        "every field in quotes, as spreadsheets export on demand",
    ),
    case(
        "padded",
        "a, b\n 1,  2\n 3 , 4\t\n",
        {"a": 4, " b": 6},
        "blanks and tabs around numbers are no part of them; names stay as they are",
    ),
    case("plus-signs", "n\n+1\n+2.5\n", {"n": "3.5"}, "a plus is a sign"),
    case(
        "every-tenth",
        ",".join(f"n{index}" for index in range(21)) + "\n" + ",".join(["2"] * 21) + "\n",
        {"n0": 2, "n10": 2, "n20": 2},
        "by default every tenth column is summed",
        {"step": 10},
    ),
    case(
        "from-the-second-column",
        "a,b,c,d\n1,2,3,4\n5,6,7,8\n",
        {"b": 8, "d": 12},
        "first and step choose columns",
        {"first": 1, "step": 2},
    ),
    case(
        "columns-by-name",
        "a,b,c\n1,2,3\n4,5,6\n",
        {"a": 5, "c": 9},
        "columns are chosen by name, in any order",
        {"columns": ["c", "a"]},
    ),
    case(
        "columns-by-index",
        "a,b,c\n1,2,3\n4,5,6\n",
        {"b": 7, "c": 9},
        "columns are chosen by index, which counts from 0",
        {"columns": [1, 2]},
    ),
    case(
        "repeated-names",
        "n,n,n\n1,2,3\n10,20,30\n",
        {"n": 11, "n.1": 22, "n.2": 33},
        "repeated names are numbered as pandas does",
    ),
    case(
        "names-left-empty",
        "a,,c\n1,2,3\n4,5,6\n",
        {"a": 5, "col1": 7, "c": 9},
        "a column without a name is named by its index",
    ),
    case("blank-lines", "\n\na,b\n1,2\n\n3,4\n\n\n", {"a": 4, "b": 6}, "blank lines are no rows"),
    case("zeros", "z\n0\n0.0\n-0\n", {"z": 0}, "zero in three ways"),
    case(
        "one-column-of-decimals",
        "v\n1.5\n2.25\n-0.75\n",
        {"v": 3},
        "no delimiter at all",
    ),
    case(
        "names-with-quotes-and-commas",
        '"a, b","say ""n"""\n1,2\n3,4\n',
        {"a, b": 4, 'say "n"': 6},
        "names that need quotes",
    ),
    case(
        "long-sums",
        "n\n" + "999999999999999999\n" * 20,
        {"n": 19999999999999999980},
        "more than 64 bits hold",
    ),
]
