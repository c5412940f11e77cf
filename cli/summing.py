"""Sums files one after the other, and says of each that fails why."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.engine.options import Options
from chalicelib.errors import BadCsv, FileError
from chalicelib.jobs.job import Job, Problem
from cli.failures import Exit, Failure
from cli.kernels import best_kernel
from cli.local_file import KEPT_BYTES, LocalFile, Stream, Unreadable, open_file, shown_name
from cli.memory import keep_freed_blocks
from cli.progress import bytes_bar
from cli.reading_options import options_of
from cli.sum_file import Way, cores, new_job, sum_file
from cli.sum_output import Csv, Json, Output, Text
from cli.terminal import report

#: What makes a pattern of a name. A shell expands patterns too, unless they are in quotes.
MAGIC = frozenset("*?[")


def expanded(patterns: Sequence[str]) -> list[str]:
    """Return the files of the patterns; what exists is no pattern."""
    return [name for pattern in patterns for name in _matches(pattern)]


def _matches(pattern: str) -> list[str]:
    path = Path(pattern)
    if MAGIC.isdisjoint(pattern) or path.exists():
        return [pattern]
    names = Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)))
    return sorted(map(str, names)) or [pattern]


def writer(form: str, *, several: bool, quiet: bool) -> Output:
    """Return what writes sums as ``json``, ``csv`` or ``text``."""
    if form == "text":
        return Text(several=several, quiet=quiet)
    return Json() if form == "json" else Csv()


def sum_all(
    names: Sequence[str], given: Mapping[str, Any], threads: int | None, output: Output
) -> Exit:
    """Sum all files. Return the exit code: that of the first file that failed, if any did."""
    options = options_of(given)
    keep_freed_blocks()
    way = Way(best_kernel(), threads or cores())
    summing = Summing(options, given, way, output)
    codes = [summing.sum(name) for name in names]
    return next((code for code in codes if code), Exit.DONE)


class Summing:
    """Sums files with the same options; ``given`` are those that were typed."""

    def __init__(
        self, options: Options, given: Mapping[str, Any], way: Way, output: Output
    ) -> None:
        self._options = options
        self._given = given
        self._way = way
        self._output = output

    def sum(self, name: str) -> Exit:
        """Write the sums of a file, or why there are none. Return its exit code."""
        try:
            source = open_file(name)
        except Failure as failure:
            self._output.failed(name, {"code": "file_missing", "detail": failure.message})
            report(failure)
            return failure.exit_code
        with source:
            job = new_job(name, source, self._options)
            try:
                with bytes_bar(job.version.size or None, shown_name(name)) as update:
                    summed = sum_file(job, source, self._way, update)
            except FileError as error:
                return self._failed(job, source, error)
            except OSError as error:  # of a broken disk, or a file system that does not answer
                return self._failed(job, source, Unreadable(error))
        self._output.sums(summed)
        return Exit.DONE

    def _failed(self, job: Job, source: LocalFile | Stream, error: FileError) -> Exit:
        from chalicelib.web.job_json import error_json
        from cli.advice import failure_of, retry_with

        problem = error_json(explained(job, source, error))
        self._output.failed(job.file_name, problem)
        retry = retry_with("sum", [job.file_name], self._given)
        report(failure_of(shown_name(job.file_name), problem, retry))
        return Exit.FILE


def explained(job: Job, source: LocalFile | Stream, error: FileError) -> Problem:
    """Return the problem of a file, with its place and what to do if that can be found."""
    # Only a failure needs these: they take as long to import as a small file to sum.
    from chalicelib.jobs.explaining import Explainer
    from chalicelib.jobs.held_file import HeldFile, unpacked
    from chalicelib.jobs.problems import problem_of

    if not isinstance(error, BadCsv):
        return problem_of(error)
    try:
        if isinstance(source, LocalFile):
            return Explainer(source).explain(job, error.fault).problem
        held = unpacked(HeldFile(source.kept, source.is_complete), KEPT_BYTES)
        return Explainer(held).explain(job, error.fault).problem
    except FileError:  # the file has changed, or what was kept of it ends within a block
        return problem_of(error)
