"""Differences between the sums of two jobs."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cli.comparing import Difference, differences

DIGITS = st.from_regex(r"-?[0-9]{1,400}(\.[0-9]{1,400})?", fullmatch=True)


@given(before=DIGITS, after=DIGITS)
def test_a_difference_has_every_digit(before: str, after: str) -> None:
    found = Difference("a", before, after)
    assert found.digits is not None
    assert Fraction(found.digits) == Fraction(after) - Fraction(before)
    assert found.differs == (Fraction(after) != Fraction(before))


def test_columns_of_either_job_are_compared_in_the_order_of_the_first() -> None:
    before = {"exact": {"b": "1", "a": "2.50", "gone": "0"}}
    after = {"exact": {"a": "2.5", "b": "1.1", "new": "0"}}
    found = [(each.column, each.digits, each.differs) for each in differences(before, after)]
    assert found == [
        ("b", "0.1", True),
        ("a", "0", False),
        ("gone", None, True),
        ("new", None, True),
    ]
