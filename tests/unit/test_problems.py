"""What a client reads of an error: the code, a sentence, the place in the file, and what to do."""

import pytest

from chalicelib.engine.explain import Explanation
from chalicelib.errors import BadGzip, Fault, FileGone, GivenUp
from chalicelib.jobs.job import Problem
from chalicelib.jobs.problems import SHOWN_NAME_CHARS, problem_at, problem_of
from tests.findings import PROBLEM
from tests.harness import World, failed_with


def test_a_fault_has_a_line_from_one_a_name_a_byte_from_zero_and_its_explanation() -> None:
    fault = Fault("not_a_number", "'é' is not a number", line=2, byte=17, column=10)
    said = Explanation(PROBLEM.detail, PROBLEM.suggestions, PROBLEM.excerpt)
    assert problem_at(fault, {0: "id", 10: "a"}, said) == PROBLEM


def test_a_fault_without_a_place_has_none() -> None:
    fault = Fault("result_too_large", "too many characters")
    problem = problem_at(fault, {0: "a"}, Explanation("Too many characters.", (), None))
    assert problem == Problem("result_too_large", "Too many characters.")


@pytest.mark.parametrize(
    "error", [BadGzip("gzip_damaged", "It is damaged."), FileGone("x.csv"), GivenUp("No.")]
)
def test_any_other_error_keeps_its_code_and_its_sentence(error: BadGzip) -> None:
    assert problem_of(error) == Problem(error.code, error.detail)


@pytest.mark.parametrize("length", [SHOWN_NAME_CHARS, SHOWN_NAME_CHARS + 1])
def test_a_long_name_is_shortened_to_what_fits(length: int) -> None:
    fault = Fault("not_a_number", "no", column=0)
    column = problem_at(fault, {0: "n" * length}, Explanation("No.", (), None)).column
    kept = "n" * SHOWN_NAME_CHARS
    assert column == (kept if length == SHOWN_NAME_CHARS else kept + "…")


def test_a_fault_below_a_name_of_half_a_megabyte_is_reported_with_the_beginning_of_the_name() -> (
    None
):
    world = World()
    job = world.submit(b"n" * 500_000 + b"\n1\nx\n")
    world.run()
    problem = failed_with(world.final(job), "not_a_number")
    assert problem.column == "n" * 200 + "…"
    assert len(problem.detail) < 1000
