"""What a client reads of an error: the code, a sentence, and the place in the file."""

import pytest

from chalicelib.errors import BadCsv, BadGzip, Fault, FileGone, GivenUp
from chalicelib.jobs.job import Problem
from chalicelib.jobs.problems import SHOWN_NAME_CHARS, problem_of
from tests.harness import World, failed_with


def test_a_fault_in_a_cell_has_a_line_from_one_a_name_and_a_byte_from_zero() -> None:
    fault = Fault("not_a_number", "'x' is not a number", line=4, byte=32, column=10)
    assert problem_of(BadCsv(fault), {0: "id", 10: "price"}) == Problem(
        "not_a_number", "Line 5, column 'price', byte 32: 'x' is not a number.", 5, "price", 32
    )


def test_a_fault_in_a_row_names_no_column() -> None:
    problem = problem_of(BadCsv(Fault("ragged_row", "the row is short", line=1, byte=7)), {})
    assert problem == Problem("ragged_row", "Line 2, byte 7: the row is short.", 2, None, 7)


def test_a_fault_without_a_place_is_a_sentence_by_itself() -> None:
    problem = problem_of(BadCsv(Fault("result_too_large", "too many characters")), {0: "a"})
    assert problem == Problem("result_too_large", "Too many characters.")


def test_a_column_whose_name_is_not_known_is_named_by_its_index() -> None:
    assert problem_of(BadCsv(Fault("not_a_number", "no", column=3)), {}).column == "column 3"


@pytest.mark.parametrize(
    "error", [BadGzip("gzip_damaged", "It is damaged."), FileGone("x.csv"), GivenUp("No.")]
)
def test_any_other_error_keeps_its_code_and_its_sentence(error: BadGzip) -> None:
    assert problem_of(error, {}) == Problem(error.code, error.detail)


@pytest.mark.parametrize("length", [SHOWN_NAME_CHARS, SHOWN_NAME_CHARS + 1])
def test_a_long_name_is_shortened_to_what_fits(length: int) -> None:
    column = problem_of(BadCsv(Fault("not_a_number", "no", column=0)), {0: "n" * length}).column
    kept = "n" * SHOWN_NAME_CHARS
    assert column == (kept if length == SHOWN_NAME_CHARS else kept + "…")


def test_a_fault_below_a_name_of_half_a_megabyte_is_reported_with_the_beginning_of_the_name() -> (
    None
):
    world = World()
    job = world.submit(b"n" * 500_000 + b"\nx\n")
    world.run()
    problem = failed_with(world.final(job), "not_a_number")
    assert problem.column == "n" * 200 + "…"
    assert len(problem.detail) < 1000
