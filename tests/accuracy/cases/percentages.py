"""Percentages: their numbers are summed where the sign is declared, never left out in silence."""

from tests.accuracy.case import case

CASES = [
    case(
        "declared",
        "route,share\nA,32%\nB,8%\n",
        {"share": 40},
        "32% is 32",
        {"strip": "%"},
        left_out=["route"],
    ),
    case(
        "undeclared",
        "route,share\nA,32%\nB,8%\n",
        {"share": 40},
        "a column of percentages is one of numbers",
        left_out=["route"],
        refused="looks_like_a_number",
        follow={"strip": "%"},
    ),
    case(
        "undeclared-under-skip",
        "route,share\nA,32%\nB,8\n",
        {"share": 40},
        "8 would be the sum of what is left",
        {"non_numeric": "skip"},
        left_out=["route"],
        refused="looks_like_a_number",
        follow={"strip": "%"},
    ),
    case(
        "with-blanks",
        "route,share\nA,32.5 %\nB,7.5 %\n",
        {"share": 40},
        "a blank before the sign",
        {"strip": "%"},
        left_out=["route"],
    ),
    case(
        "with-decimal-commas",
        "route;share\nA;32,5%\nB;7,5%\n",
        {"share": 40},
        "sign and decimal comma",
        left_out=["route"],
        refused="looks_like_a_number",
        follow={"decimal": ",", "strip": "%"},
    ),
    case(
        "beside-plain-numbers",
        "n,share\n10,50%\n20,25%\n",
        {"n": 30},
        "the percentages are not summed, so their sign does not matter",
        {"columns": ["n"]},
    ),
    case(
        "negative",
        "year,growth\nA,-1.5%\nB,+2%\n",
        {"growth": "0.5"},
        "signs before percentages",
        {"strip": "%"},
        left_out=["year"],
    ),
    case(
        "in-the-name",
        "town,share (%)\nA,32\nB,8\n",
        {"share (%)": 40},
        "the sign in the name is no part of the numbers",
        left_out=["town"],
    ),
]
