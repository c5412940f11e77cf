"""The page's exact arithmetic against Python's."""

from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.functional.stack import Stack
from tests.page.browser import Visitor

IMPORT = """async () => {
    const script = document.querySelector('script[type=module]').src;
    window.arithmetic = await import(new URL('decimal.js', script));
}"""
COMPUTE = """pairs => pairs.map(([one, other]) => ({
    difference: arithmetic.difference(one, other),
    order: Math.sign(arithmetic.compare(one, other)),
    change: arithmetic.change(other, one),
    log: arithmetic.magnitude(one).log,
}))"""
PRECISE = Context(prec=6000, Emin=-99_999, Emax=99_999)

digits = st.text("0123456789", min_size=1, max_size=20)
long_digits = st.integers(1, 1000).flatmap(
    lambda size: st.text("0189", min_size=size, max_size=size)
)
exponents = st.one_of(st.just(""), st.integers(-400, 400).map(lambda power: f"e{power:+}"))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    whole, fraction = draw(st.one_of(digits, long_digits)), draw(st.one_of(st.just(""), digits))
    point = f".{fraction}" if fraction else ""
    return draw(st.sampled_from(["", "-"])) + whole + point + draw(exponents)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Return two numbers that are unlike, alike, or equal but written in another way."""
    one = draw(numbers())
    other = draw(st.one_of(numbers(), st.just(one), st.just(with_last_digit(one))))
    return one, other


def with_last_digit(text: str) -> str:
    head, mark, power = text.partition("e")
    return head + ("1" if "." in head else ".000000000000000000001") + mark + power


@pytest.fixture(scope="module")
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    person = Visitor(browser, stack.api.base)
    page = person.open("#/login")
    page.evaluate(IMPORT)
    yield page
    person.leave()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(pairs(), min_size=1, max_size=40))
def test_differences_and_orders_are_those_of_decimals(
    page: Page, given_pairs: list[tuple[str, str]]
) -> None:
    found = page.evaluate(COMPUTE, given_pairs)
    for (one, other), reply in zip(given_pairs, found, strict=True):
        require_right(Decimal(one), Decimal(other), reply)


def require_right(one: Decimal, other: Decimal, reply: Any) -> None:
    with localcontext(PRECISE):
        by = one - other
        assert Decimal(reply["difference"]) == by
        assert "e" not in reply["difference"].lower()
        assert reply["difference"] != "-0"
        assert reply["order"] == (by > 0) - (by < 0)
        if reply["change"] not in ("", "< 0.01 %"):
            shown = Decimal(reply["change"].removesuffix(" %"))
            assert abs(shown - 100 * by / abs(other)) <= Decimal("0.005")
    if one:
        log = float(abs(one).log10(Context(prec=30)))
        assert abs(reply["log"] - log) < 1e-9 * max(1, abs(log))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("9843202991.41", "9.84B"),
        ("-1204118340.07", "-1.2B"),
        ("999.4", "999"),
        ("999.6", "1K"),
        ("999999", "1M"),
        ("0.00123", "0.00123"),
        ("0.0000123", "1.23e-5"),
        ("1" + "0" * 1000, "1e+1000"),
        ("0.00", "0"),
    ],
)
def test_a_chart_shortens_numbers(page: Page, text: str, short: str) -> None:
    assert page.evaluate("text => arithmetic.short(arithmetic.magnitude(text))", text) == short
