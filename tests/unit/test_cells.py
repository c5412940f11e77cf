"""Cells as numbers, by the options of a file."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.cells import looks_like_a_number, plain_form, read_cell
from chalicelib.engine.read_options import NumberOptions
from chalicelib.engine.sums import MISSING, NUMBER, Refused, parse_number
from tests.csv_files import bad_numbers, numbers

STYLES = [
    NumberOptions(),
    NumberOptions(thousands=","),
    NumberOptions(decimal=",", thousands="."),
    NumberOptions(decimal=","),
    NumberOptions(decimal=",", thousands=" "),
    NumberOptions(decimal=",", thousands="\u202f"),
    NumberOptions(thousands="'"),
    NumberOptions(thousands="_"),
    NumberOptions(decimal="·", thousands=","),
]
exact = st.decimals(allow_nan=False, allow_infinity=False, places=4).map(abs)


def grouped(digits: str, mark: str, indian: bool = False) -> str:
    """Digits in groups from the right: of three, or in India of three and then of two."""
    groups: list[str] = []
    while digits:
        size = 2 if indian and groups else 3
        groups.insert(0, digits[-size:])
        digits = digits[:-size]
    return mark.join(groups)


def written(value: Decimal, options: NumberOptions, indian: bool = False) -> str:
    """A number that is not negative, as a country writes it."""
    integer, _, fraction = format(value, "f").partition(".")
    integer = grouped(integer, options.thousands, indian) if options.thousands else integer
    return integer + (options.decimal + fraction if fraction else "")


def refusal(text: str, options: NumberOptions | None = None) -> str:
    with pytest.raises(Refused) as refused:
        read_cell(text, options or NumberOptions())
    return refused.value.code


@given(exact, st.sampled_from(STYLES), st.sampled_from(["", "+", "-"]), st.booleans())
def test_a_number_written_as_a_country_does_is_read_back_exactly(
    value: Decimal, options: NumberOptions, sign: str, indian: bool
) -> None:
    expected = -value if sign == "-" else value
    assert read_cell(f" {sign}{written(value, options, indian)}\t", options) == expected


@given(
    exact,
    st.sampled_from(STYLES),
    st.sampled_from(["{}$", "{} €", "${}", "$ {}", "€{}", "{}%", "{} %", "US${}", "$€{}\u00a0%"]),
    st.sampled_from(["", "-", "+"]),
    st.booleans(),
)
def test_marks_before_and_after_a_number_are_dropped(
    value: Decimal, options: NumberOptions, marks: str, sign: str, sign_first: bool
) -> None:
    options = NumberOptions(options.decimal, options.thousands, strip="$€%US")
    body = written(value, options)
    text = sign + marks.format(body) if sign_first else marks.format(sign + body)
    assert read_cell(text, options) == (-value if sign == "-" else value)


@given(exact, st.sampled_from(["({})", "$({})", "({}) €", "(${})", "( {} )"]))
def test_parentheses_among_the_marks_make_a_number_negative(value: Decimal, form: str) -> None:
    options = NumberOptions(thousands=",", strip="$€()")
    assert read_cell(form.format(written(value, options)), options) == -value
    assert read_cell(written(value, options), options) == value


@pytest.mark.parametrize("text", ["(5", "5)", "(-5)", "-(5)", "((5))", "()"])
def test_parentheses_that_enclose_no_plain_number_are_refused(text: str) -> None:
    assert plain_form(text, NumberOptions(strip="()")) is None


@given(st.one_of(numbers, bad_numbers, st.text("0123456789.,+-eE$ '()%", max_size=12)))
def test_without_options_a_number_is_what_the_sums_say(text: str) -> None:
    text = text.strip(" \t")
    assert plain_form(text) == (text if NUMBER.fullmatch(text) else None)
    if text not in MISSING:
        assert outcome(read_cell, text) == outcome(parse_number, text)


def outcome(read: Callable[[str], Decimal | None], text: str) -> Decimal | str | None:
    try:
        return read(text)
    except Refused as refused:
        return refused.code.replace("looks_like_a_number", "not_a_number")


@given(st.text("0123456789.,'", max_size=9), st.sampled_from(STYLES))
def test_a_separator_out_of_place_is_never_dropped(text: str, options: NumberOptions) -> None:
    """What is read is what is written: put the number into the style anew, and nothing is lost."""
    plain = plain_form(text, options)
    if plain is None or not options.thousands or options.thousands not in text:
        return
    integer, _, fraction = plain.partition(".")
    rewritten = {grouped(integer, options.thousands, indian) for indian in (False, True)}
    assert text.partition(options.decimal)[0] in rewritten
    assert text.partition(options.decimal)[2] == fraction


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("38,72", NumberOptions(thousands=",")),
        ("1,2", NumberOptions(thousands=",")),
        ("1,2345", NumberOptions(thousands=",")),
        (",123", NumberOptions(thousands=",")),
        ("1234,567", NumberOptions(thousands=",")),
        ("1.5", NumberOptions(decimal=",", thousands=".")),
        ("1.5", NumberOptions(decimal=",")),
        ("1.234", NumberOptions(decimal=",")),
        ("1,234.5", NumberOptions(decimal=",", thousands=".")),
        ("1,234,5", NumberOptions(decimal=",", thousands=".")),
        ("1,234.567,8", NumberOptions(thousands=",")),
    ],
)
def test_a_number_in_another_style_is_not_guessed(text: str, options: NumberOptions) -> None:
    assert refusal(text, options) in ("looks_like_a_number", "not_a_number")


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u2009"])
def test_a_blank_between_thousands_stands_for_every_kind(blank: str) -> None:
    assert read_cell(f"1{blank}234{blank}567", NumberOptions(thousands=" ")) == 1234567


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_an_apostrophe_between_thousands_stands_for_both_kinds(apostrophe: str) -> None:
    assert read_cell(f"1{apostrophe}234", NumberOptions(thousands="'")) == 1234


@pytest.mark.parametrize("text", ["", " ", "\t", "NA", " NaN ", "null"])
def test_a_missing_cell_has_no_value(text: str) -> None:
    assert read_cell(text) is None


def test_further_markers_are_missing_whatever_blanks_are_around_them() -> None:
    options = NumberOptions(missing=("-", "? ", "k.A."))
    assert [read_cell(text, options) for text in ("-", " ?", "k.A.\t")] == [None] * 3
    assert refusal("-") == "not_a_number"


def test_a_marker_may_be_a_number() -> None:
    assert read_cell("-999", NumberOptions(missing=("-999",))) is None


@pytest.mark.parametrize(
    "text",
    ["1,200", "38,72", "1.234,50", "1 234", "1'234.5", "12,34,567.8", "32%", "$5", "5 €", "-$5"]
    + ["(5)", "(1,200.50)", "<5", "> 10", "≤5", "5-", "\u22125", "\u20135", "~3", "£1,5", ",5"]
    + ["1,5e3", "5,000,00", "12,34,56", "¥100", "5 ‰", "1\u202f234,5", "٣", "+5%", "1.234.567"],
)
def test_what_a_person_may_take_for_a_number_looks_like_one(text: str) -> None:
    assert looks_like_a_number(text)
    assert refusal(text) == "looks_like_a_number"


@pytest.mark.parametrize(
    "text",
    ["2024-01-31", "31.01.2024", "1.2.24", "31/01/2024", "12:30", "5-9", "555-1234", "1.2.3"]
    + ["(555) 1234", "+49 30 123", "192.168.100.200", "10.0.0.1", "12 34", "1, 2, 3", "5 kg"]
    + [
        "EUR 5",
        "A5",
        "5a",
        "-",
        "$",
        "()",
        ".",
        ",",
        "1/2",
        "#5",
        "5*",
        "x",
        "1,2,3",
        "1_000",
        "0x10",
    ]
    + ["2024Q1", "N/k", "..", "0123 456", "True", "inf"],
)
def test_dates_codes_and_texts_do_not_look_like_numbers(text: str) -> None:
    assert not looks_like_a_number(text)
    assert refusal(text) == "not_a_number"


@given(st.one_of(numbers, exact.map(str)))
def test_every_number_looks_like_one(text: str) -> None:
    text = text.strip(' \t"')
    assert looks_like_a_number(text) or text in MISSING


@pytest.mark.parametrize(
    "text", ["$ " * 50_000, "$" * 100_000 + "5x", "(" * 100_000, "11," * 50_000]
)
def test_a_long_cell_of_marks_is_refused_without_trying_all_ways(text: str) -> None:
    assert plain_form(text, NumberOptions(thousands=",", strip="$()")) is None


def test_limits_hold_in_every_style() -> None:
    options = NumberOptions(decimal=",", thousands=".")
    assert refusal("1," + "0" * 1000, options) == "number_too_long"
    assert refusal("1,5e400", options) == "out_of_range"
    assert refusal("1e-401", options) == "out_of_range"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (NumberOptions(thousands="."), "both '.'"),
        (NumberOptions(decimal="5"), "decimal must"),
        (NumberOptions(decimal="", thousands=","), "decimal must"),
        (NumberOptions(decimal=" "), "decimal must"),
        (NumberOptions(thousands="-"), "thousands must"),
        (NumberOptions(thousands=",."), "thousands must"),
        (NumberOptions(thousands="\t"), "thousands must"),
        (NumberOptions(strip="$."), "strip must not hold '.'"),
        (NumberOptions(thousands=",", strip=","), "strip must not hold ','"),
    ],
)
def test_options_that_contradict_each_other_are_named(options: NumberOptions, words: str) -> None:
    assert words in (options.conflict() or "")


@pytest.mark.parametrize("options", STYLES)
def test_the_styles_of_countries_contradict_nothing(options: NumberOptions) -> None:
    assert options.conflict() is None
    assert NumberOptions(options.decimal, options.thousands, "$€EUR%()").conflict() is None
