"""Negative numbers as accountants write them."""

from tests.accuracy.case import case

CASES = [
    case(
        "parentheses",
        "account,balance\nA,(5)\nB,12\n",
        {"balance": 7},
        "five less, not left out and not five more",
        left_out=["account"],
        refused="looks_like_a_number",
        follow={"strip": "()"},
    ),
    case(
        "parentheses-under-skip",
        "account,balance\nA,(5)\nB,12\n",
        {"balance": 7},
        "skip must not add the twelve alone",
        {"non_numeric": "skip"},
        left_out=["account"],
        refused="looks_like_a_number",
        follow={"strip": "()"},
    ),
    case(
        "parentheses-declared",
        'account,balance\nA,"(1,234.50)"\nB,"2,000.00"\n',
        {"balance": "765.5"},
        "with thousands",
        {"thousands": ",", "strip": "()"},
        left_out=["account"],
    ),
    case(
        "dollars-in-parentheses",
        "account,balance\nA,($5.25)\nB,$12\n",
        {"balance": "6.75"},
        "the mark inside",
        left_out=["account"],
        refused="looks_like_a_number",
        follow={"strip": "$()"},
    ),
    case(
        "parentheses-after-dollars",
        "account,balance\nA,$ (5.25)\nB,$ 12\n",
        {"balance": "6.75"},
        "the mark outside, as Excel's format for accounting has it",
        {"strip": "$()"},
        left_out=["account"],
    ),
    case(
        "a-dash-for-zero",
        "account,balance\nA,(5)\nB,-\nC,12\n",
        {"balance": 7},
        "a dash that stands for nothing",
        {"strip": "()", "missing": ["-"]},
        left_out=["account"],
    ),
    case(
        "a-minus-in-parentheses",
        "account,balance\nA,(-5)\nB,12\n",
        None,
        "minus five, or minus minus five",
        {"strip": "()"},
        refused="looks_like_a_number",
    ),
    case(
        "one-parenthesis",
        "account,balance\nA,(5\nB,12\n",
        None,
        "misspelt",
        {"strip": "()"},
        refused="looks_like_a_number",
    ),
]
