"""Lines of comment: passed over where their sign was given."""

from tests.accuracy.case import case

CASES = [
    case(
        "in-front-and-between",
        "# made by x\na,b\n1,2\n# note\n3,4\n",
        {"a": 4, "b": 6},
        "the hash was given",
        {"comment": "#"},
    ),
    case(
        "at-the-end",
        "a,b\n1,2\n3,4\n# 2 rows",
        {"a": 4, "b": 6},
        "a last line without an end",
        {"comment": "#"},
    ),
    case(
        "with-delimiters-and-quotes",
        'a,b\n#1,2,3,"4\n1,2\n#"\n3,4\n',
        {"a": 4, "b": 6},
        "what stands in a comment means nothing",
        {"comment": "#"},
    ),
    case(
        "percent-sign",
        "% ARFF-like\na,b\n1,2\n",
        {"a": 1, "b": 2},
        "another sign",
        {"comment": "%"},
    ),
    case(
        "sign-in-mid-row",
        "a,b\n1,2\nx#y,3\n",
        {"b": 5},
        "the sign counts at the start of a row only",
        {"comment": "#", "columns": ["b"]},
    ),
    case(
        "sign-in-quotes",
        'a,b\n"\n#x",2\ny,3\n',
        {"b": 5},
        "inside quotes it is text",
        {"comment": "#"},
        left_out=["a"],
    ),
    case(
        "not-given-in-front",
        "# made by x\na,b\n1,2\n3,4\n",
        {"a": 4, "b": 6},
        "a comment that was not declared looks like a title",
        refused="ragged_row",
        follow={"skip_rows": 1},
    ),
    case(
        "not-given-between",
        "a,b\n1,2\n# note\n3,4\n",
        None,
        "an undeclared comment between rows",
        also={"a": 4, "b": 6},
        refused="ragged_row",
    ),
    case(
        "hash-as-a-name",
        "#,n\n1,5\n2,6\n",
        {"#": 3, "n": 11},
        "a hash is a name where no sign was given",
    ),
    case(
        "skipped-and-comments",
        "Title\n# c\na,b\n1,2\n",
        {"a": 1, "b": 2},
        "both options",
        {"skip_rows": 1, "comment": "#"},
    ),
]
