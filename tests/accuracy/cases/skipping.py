"""The modes ``skip`` and ``fail``: what is left out, and what must not be."""

from tests.accuracy.case import case

SKIP = {"non_numeric": "skip"}
FAIL = {"non_numeric": "fail"}

CASES = [
    case("skip-a-text", "n\n1\noops\n4\n", {"n": 5}, "left out because the owner said so", SKIP),
    case(
        "skip-nothing-but-text",
        "name\nAda\nGrace\n",
        None,
        "zero is no sum of two names",
        SKIP,
        refused="no_numbers",
    ),
    case(
        "skip-text-columns-too",
        "name,n\nAda,1\nGrace,x\n",
        {"n": 1},
        "a column of texts is left out under skip as well",
        SKIP,
        left_out=["name"],
    ),
    case(
        "skip-does-not-pass-over-long-numbers",
        "n\n0." + "5" * 1000 + "\n1\n",
        None,
        "it is a number, and would be missing in the sum",
        SKIP,
        also={"n": "1." + "5" * 1000},
        refused="number_too_long",
    ),
    case(
        "skip-does-not-pass-over-large-numbers",
        "n\n1e309\n1\n",
        None,
        "the largest number of all would be missing in the sum",
        SKIP,
        refused="out_of_range",
    ),
    case(
        "skip-does-not-mend-rows",
        "a,b\n1,2\n3\n",
        {"a": 4, "b": 2},
        "a short row is another fault",
        SKIP,
        refused="ragged_row",
        follow={"ragged": "pad"},
    ),
    case(
        "skip-markers",
        "n\n1\n-\nn/k\n4\n",
        {"n": 5},
        "markers that nobody declared are left out as texts",
        SKIP,
    ),
    case(
        "fail-on-the-first-text",
        "name,n\nAda,1\nGrace,2\n",
        {"n": 3},
        "every column is to be of numbers",
        FAIL,
        refused="not_a_number",
        follow={"columns": ["n"]},
    ),
    case("fail-on-nothing", "a,b\n1,2\n3,\n", {"a": 4, "b": 2}, "missing is no fault", FAIL),
    case(
        "skip-footnotes",
        "n,m\n5*,1\n7,2\n",
        {"n": 7, "m": 3},
        "a number with a star is left out because the owner said so",
        SKIP,
    ),
    case(
        "skip-does-not-pass-over-percentages",
        "n\n5%\n7\n",
        {"n": 12},
        "seven would be the sum of what is left",
        SKIP,
        refused="looks_like_a_number",
        follow={"strip": "%"},
    ),
    case(
        "fail-on-a-dash",
        "n\n5\n-\n7\n",
        {"n": 12},
        "a marker is suggested in this mode, too",
        FAIL,
        refused="not_a_number",
        follow={"missing": ["-"]},
    ),
]
