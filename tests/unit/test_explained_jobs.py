"""Failed jobs of files of all kinds: each says what is wrong, where, and what to do."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.excerpt import MAX_LINE_CHARS
from chalicelib.engine.options import Options
from chalicelib.jobs.job import Problem
from tests.accuracy.case import followed
from tests.csv_files import junk_files, tidy_files
from tests.harness import World

PIECES = (b"1", b"2,5", b",", b";", b"\n", b"\r\n", b"a", b"5%", b"-", b'"', b"#", b"\xe9", b"\r")
files = st.one_of(tidy_files(bad=True), junk_files(PIECES))
options = st.fixed_dictionaries(
    {"step": st.sampled_from([1, 3])},
    optional={
        "delimiter": st.sampled_from([",", ";", "|"]),
        "header": st.booleans(),
        "comment": st.just("#"),
        "non_numeric": st.sampled_from(["fail", "skip"]),
        "decimal": st.just(","),
        "encoding": st.sampled_from(["utf-8", "latin-1", "utf-16"]),
        "skip_rows": st.integers(0, 3),
        "ragged": st.just("pad"),
    },
)


def problem_of(data: bytes, given: dict[str, object], part_bytes: int = 1 << 20) -> Problem | None:
    world = World(part_bytes=part_bytes)
    asked = Options.of(given)
    if asked.conflict():
        return None
    job = world.submit(data, asked)
    world.run()
    return world.final(job).problem


def check_sentences(problem: Problem) -> None:
    assert problem.code not in ("bad_csv", "bad_file", "error")
    for sentence in (problem.detail, *(each.sentence for each in problem.suggestions)):
        assert sentence.endswith(".")
        assert sentence.isprintable()
    assert problem.suggestions, "every fault of a file has a remedy"


def check_excerpt(problem: Problem) -> None:
    excerpt = problem.excerpt
    if excerpt is None:
        return
    texts = dict(excerpt.lines)
    assert 1 <= len(texts) <= 3
    assert excerpt.line == problem.line
    assert excerpt.first_byte <= excerpt.last_byte
    assert 0 <= excerpt.begin <= excerpt.end <= len(texts[excerpt.line])
    assert all(len(text) <= MAX_LINE_CHARS for text in texts.values())


@given(files, options, st.sampled_from([5, 1 << 20]))
def test_every_failed_job_says_what_is_wrong_and_what_to_do(
    data: bytes, given: dict[str, object], part_bytes: int
) -> None:
    problem = problem_of(data, given, part_bytes)
    if problem:
        check_sentences(problem)
        check_excerpt(problem)


@given(files, options)
def test_a_suggestion_that_is_followed_gets_past_its_fault(
    data: bytes, given: dict[str, object]
) -> None:
    problem = problem_of(data, given)
    for suggestion in problem.suggestions if problem else ():
        if suggestion.options:
            again = problem_of(data, followed(given, dict(suggestion.options)))
            place = again and (again.code, again.line, again.byte_offset, again.detail)
            assert problem
            assert place != (problem.code, problem.line, problem.byte_offset, problem.detail)
