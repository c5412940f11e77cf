"""Reading one part: its start states, its outcome, and what is read for them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.states import State, scan_state
from chalicelib.jobs.job import FileVersion, Job, queued
from chalicelib.jobs.part_reading import PartReader, StateScanner
from chalicelib.jobs.parts import Plan
from tests.adapters_in_memory import MemorySource
from tests.csv_files import junk_files
from tests.harness import START
from tests.kernels import GRAMMAR

ROW, FIELD, TEXT, QUOTED = State.ROW, State.FIELD, State.TEXT, State.QUOTED
# Its second row has a quoted text that looks like rows: also its last line, where the quote closes.
DATA = b'a,b\n1,x\n2,"3,\n4,\n5,\n6,x"\n7,y\n'


def job_and_plan(part_bytes: int, data: bytes = DATA) -> tuple[PartReader, Job, Plan]:
    source = MemorySource({"x.csv": data}, block_bytes=3)
    options = Options.of({"delimiter": ",", "non_numeric": "fail"})
    job = queued("0" * 32, "x.csv", options, source.version("x.csv"), START)
    plan = Plan(len(data), part_bytes, data_start=4, data_line=1, fields=2)
    return PartReader(source, ReferenceKernel(block_bytes=3), proof_bytes=4), job, plan


def test_the_first_part_starts_with_a_row() -> None:
    reader, job, plan = job_and_plan(10)
    assert reader.start_states(job, plan, 0) == (ROW,)


def test_a_part_near_the_start_is_proven_from_all_bytes_before_it() -> None:
    reader, job, plan = job_and_plan(4)
    assert reader.start_states(job, plan, 1) == (ROW,)


def test_a_part_far_inside_a_text_is_assumed_to_start_outside_quotes() -> None:
    reader, job, plan = job_and_plan(14)
    assert plan.range_of(1).start == 18
    assert reader.start_states(job, plan, 1) == (TEXT, QUOTED)


def test_a_window_back_to_the_first_row_proves_what_a_smaller_one_leaves_open() -> None:
    reader, job, plan = job_and_plan(14)
    larger = PartReader(reader.source, reader.kernel, proof_bytes=14)
    assert larger.start_states(job, plan, 1) == (QUOTED,)


def test_an_assumed_part_gives_the_ends_from_both_states() -> None:
    reader, job, plan = job_and_plan(14)
    outcome, columns = reader.sum_part(job, plan, 1)
    assert (outcome.start, outcome.rows) == (TEXT, 2)
    assert [column.total for column in columns] == [13]
    inside = DATA[18:]
    assert outcome.ends == {start: scan_state(inside, start, GRAMMAR) for start in (TEXT, QUOTED)}


def test_a_rerun_sums_from_the_state_of_its_message_alone() -> None:
    reader, job, plan = job_and_plan(14)
    outcome, columns = reader.sum_part(job, plan, 1, QUOTED)
    assert (outcome.start, outcome.rows, set(outcome.ends)) == (QUOTED, 1, {QUOTED})
    assert [column.total for column in columns] == [7]


def test_a_part_with_a_fault_gives_no_end_for_the_state_it_was_summed_from() -> None:
    data = b"a,b\n1,x\n" + b"no,y\n" * 4
    reader, job, plan = job_and_plan(10, data)
    outcome, _ = reader.sum_part(job, plan, 1)
    assert outcome.fault
    assert outcome.fault.code == "not_a_number"
    assert outcome.start not in outcome.ends


def in_blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(junk_files(), st.integers(1, 7), st.integers(0, 40), st.integers(0, 12))
def test_the_scanner_knows_the_end_of_the_span_however_much_the_kernel_read(
    data: bytes, block_bytes: int, span: int, blocks_read: int
) -> None:
    scanner = StateScanner(in_blocks(data, block_bytes), span, (FIELD, QUOTED), GRAMMAR)
    taken = [block for _, block in zip(range(blocks_read), scanner, strict=False)]
    assert b"".join(taken) == data[: blocks_read * block_bytes]
    inside = data[:span]
    assert scanner.ends() == {
        start: scan_state(inside, start, GRAMMAR) for start in (FIELD, QUOTED)
    }


def test_a_scanner_without_other_states_reads_nothing_for_itself() -> None:
    blocks = in_blocks(b"abcdef", 1)
    assert StateScanner(blocks, 6, (), GRAMMAR).ends() == {}
    assert next(blocks) == b"a"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_part_of_another_version_is_refused(number: int) -> None:
    reader, job, plan = job_and_plan(10)
    other = queued(job.id, job.file_name, job.options, FileVersion(len(DATA), "other"), START)
    with pytest.raises(Exception, match=r"x\.csv"):
        reader.sum_part(other, plan, number)
