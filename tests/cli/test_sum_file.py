"""Summing a file of this machine: every cut gives what the reference gives in one go."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.opening import open_table, open_text
from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.errors import BadCsv, FileError
from chalicelib.jobs.job import Result
from chalicelib.jobs.results import Sums, decide
from cli.kernels import best_kernel
from cli.local_file import LocalFile, open_file
from cli.sum_file import Way, new_job, sum_file
from tests.csv_files import junk_files, long_texts, tidy_files

KERNEL = best_kernel()
Answer = Result | tuple[str, int | None, int | None, int | None]
OPTIONS = st.sampled_from(
    [
        Options(),
        Options(step=3),
        Options(step=1, non_numeric="skip"),
        Options(step=1, non_numeric="fail"),
        Options.of({"step": 2, "delimiter": ",", "header": False, "non_numeric": "skip"}),
        Options.of({"delimiter": ",", "comment": "x", "ragged": "pad", "last_row": "drop"}),
    ]
)


def of_fault(bad: BadCsv) -> Answer:
    fault = bad.fault
    return fault.code, fault.line, fault.byte, fault.column


def expected(data: bytes, options: Options) -> Answer:
    """Return what the reference kernel says, which reads all bytes at once."""
    try:
        table = open_table(open_text([data], options.read), options)
        layout = table.layout
        partial = ReferenceKernel().sum_rows(table.rows, layout)
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        return decide(layout, Sums(partial.columns, partial.rows, partial.unended))
    except BadCsv as bad:
        return of_fault(bad)


def answer(path: Path, options: Options, way: Way, read_bytes: int = 1 << 16) -> Answer:
    opened = open_file(str(path))
    assert isinstance(opened, LocalFile)
    with opened:
        source = LocalFile(opened.descriptor, read_bytes)
        try:
            return sum_file(new_job("a.csv", source, options), source, way).result
        except BadCsv as bad:
            return of_fault(bad)


@given(
    st.one_of(tidy_files(small=True), tidy_files(bad=True, small=True), junk_files(), long_texts()),
    OPTIONS,
    st.data(),
)
@settings(max_examples=400)
def test_every_cut_gives_the_sums_and_the_fault_of_the_reference(
    data: bytes, options: Options, draws: st.DataObject
) -> None:
    part_bytes = draws.draw(st.integers(1, len(data) + 1), "part_bytes")
    way = Way(
        KERNEL,
        threads=draws.draw(st.integers(1, 3), "threads"),
        part_bytes=part_bytes,
        proof_bytes=draws.draw(st.sampled_from([0, 1, 5, 1000]), "proof_bytes"),
    )
    read_bytes = draws.draw(st.sampled_from([1, 3, 16, 1 << 16]), "read_bytes")
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_bytes(data)
        assert answer(path, options, way, read_bytes) == expected(data, options)


def rows_of(count: int) -> bytes:
    lines = [b"a,b", *(b'%d,"text, and\n""more"""' % number for number in range(count))]
    return b"\n".join(lines) + b"\n"


def test_the_first_of_two_faults_in_different_parts_is_reported(tmp_path: Path) -> None:
    data = rows_of(1000).replace(b"\n700,", b"\nx,").replace(b"\n300,", b"\ny,")
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    options = Options(non_numeric="fail")
    found = answer(path, options, Way(KERNEL, 2, part_bytes=1000))
    assert found == ("not_a_number", 601, data.index(b"\ny,") + 1, 0)


def test_a_file_that_changes_while_it_is_read_has_no_sum(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n2\n")
    with open_file(str(path)) as source:
        job = new_job("a.csv", source, Options())
        path.write_bytes(b"a\n1\n2\n3\n")
        with pytest.raises(FileError, match="changed"):
            sum_file(job, source, Way(KERNEL, 1))


def test_the_bytes_that_are_done_grow_to_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(rows_of(5000))
    done: list[int] = []
    with open_file(str(path)) as source:
        job = new_job("a.csv", source, Options())
        sum_file(job, source, Way(KERNEL, 2, part_bytes=10_000), done.append)
    assert done == sorted(done)
    assert done[-1] >= path.stat().st_size, "with the proofs somewhat more than it has"
    assert len(done) > 5
