"""The options of the command line are those of the service."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.jobs.options import NAMES, parse_options
from cli.commands.sum import sum_files
from cli.failures import Exit, Failure
from cli.reading_options import DECLARED, arguments_of, options_of, with_flags
from cli.reading_options import NAMES as NAMES_HERE
from cli.reading_options import given as given_of


def declared() -> list[click.Parameter]:
    @click.command()
    def command() -> None: ...

    for declare in DECLARED:
        command = declare(command)
    return command.params


def parsed(arguments: list[str]) -> Options:
    """Return the options of a command line of ``csvsum sum``."""
    context = sum_files.make_context("sum", ["a.csv", *arguments])
    return options_of(given_of(context.params))


def test_every_option_of_the_service_can_be_given() -> None:
    assert {each.name for each in declared()} == set(NAMES)
    assert NAMES_HERE == NAMES


def test_options_that_are_not_given_are_left_to_the_service() -> None:
    assert parsed([]) == Options()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--step", "x"], "--step must be a whole number from 1 to 10000000, not 'x'"),
        (["--first", "-1"], "--first must be a whole number from 0 to 10000000, not '-1'"),
        (
            ["--columns", "a", "--step", "2"],
            "--columns and --step exclude each other; give columns, or step and first, not both",
        ),
        (
            ["--columns", "a,"],
            "--columns must be names, or indexes from 0 to 10000000, like price,12, not 'a,'",
        ),
        (
            ["--decimal", ",", "--thousands", ","],
            "--decimal and --thousands are both ','; they must differ",
        ),
        (
            ["--skip-rows", "1.5"],
            "--skip-rows must be a whole number from 0 to 10000000, not '1.5'",
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_name_of_its_option(
    arguments: list[str], message: str
) -> None:
    with pytest.raises(Failure) as raised:
        parsed(arguments)
    assert raised.value.message == message
    assert raised.value.exit_code == Exit.USAGE


marks = st.sampled_from([",", ";", "\t", "|", "'"])
labels = st.lists(st.text("ab,\\ é-1", min_size=1, max_size=4), min_size=1, max_size=3, unique=True)
choices = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": marks,
        "header": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "latin-1"]),
        "skip_rows": st.integers(0, 9),
        "ragged": st.sampled_from(["fail", "pad"]),
        "missing": labels.filter(lambda items: not any("\\" in each for each in items)),
        "decimal": st.just(","),
        "non_numeric": st.sampled_from(["columns", "fail", "skip"]),
    },
)


@given(choices)
def test_a_suggested_command_line_has_the_options_that_were_suggested(
    options: dict[str, object],
) -> None:
    assert parsed(list(arguments_of(options))) == parse_options(options)


@pytest.mark.parametrize(
    ("sentence", "here"),
    [
        (
            'If points separate thousands here, submit with thousands="." and decimal=",".',
            'If points separate thousands here, use --thousands "." and --decimal ",".',
        ),
        (
            "Upload the file again, or submit with last_row=drop.",
            "Upload the file again, or use --last-row drop.",
        ),
        (
            "Submit a file with a header and a row, or with header=false and a row.",
            "Submit a file with a header and a row, or with --no-header and a row.",
        ),
    ],
)
def test_advice_of_the_service_names_options_as_they_are_typed(sentence: str, here: str) -> None:
    assert with_flags(sentence) == here
