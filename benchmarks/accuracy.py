"""csvsum and its peers on small files of every kind that people have: --only accuracy."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table_readers import READERS, read
from benchmarks.tables import table
from benchmarks.verdicts import Verdict, judge
from chalicelib.engine.formats import Compression, identify
from chalicelib.engine.wording import listed
from tests.accuracy.case import Case, load

SUFFIXES = {
    Compression.GZIP: ".gz",
    Compression.BZ2: ".bz2",
    Compression.XZ: ".xz",
    Compression.ZSTD: ".zst",
    Compression.ZIP: ".zip",
}
PEERS = tuple(name for name in READERS if name != "csvsum")
ORDER = ", ".join(Verdict)
LEGEND = """\
The files are small, and written from scratch for the tests (tests/accuracy/cases), with answers by
hand. csvsum was developed with them, its peers were not. Each is read as the reader reads it by
default; options that a case declares are given to each reader in its own words, where it has them.
Every reader is judged by the same rules:

- right: the sums of all columns that have one, and of no other. Of a double, nine digits count. A
  column that a reader takes for text has no sum; neither has one whose sum is infinite or NaN.
- refused clearly: an error that names no option, or one with which the file is read right; or no
  sum, where the file has none.
- incomplete: every sum is right, but a column that has a sum was read as text, or a doubt about
  another column was not raised.
- refused with wrong advice: an error that names options, none of which gets the right sums.
- silently wrong: a sum that is not right, or that belongs to another name.

pandas and polars are called as read_csv(path), DuckDB as read_csv(path), which sniffs. Names of
compressed files end as the peers expect it. csvsum is the service itself, in memory."""


def report() -> str:
    """Return a table of all cases, and one by kind."""
    cases = load()
    verdicts = measure(cases)
    total = [[name, *_counts(verdicts[name].values())] for name in READERS]
    kinds = dict(sorted(Counter(case.kind for case in cases).items()))
    rows = [
        [kind.replace("_", " "), str(count), *(_of_kind(verdicts[name], kind) for name in READERS)]
        for kind, count in kinds.items()
    ]
    return "\n\n".join(
        (
            "## Accuracy",
            f"{len(cases)} files in {len(kinds)} kinds, read on {datetime.now(UTC):%Y-%m-%d} by"
            f" {listed([f'{name} {version(name)}' for name in PEERS])}.",
            LEGEND,
            table(("reader", *Verdict), total),
            f"By kind, in the same order:\n{ORDER}.",
            table(("kind", "files", *READERS), rows),
        )
    )


def _of_kind(verdicts: dict[str, Verdict], kind: str) -> str:
    return " / ".join(
        _counts(verdict for name, verdict in verdicts.items() if name.startswith(f"{kind}/"))
    )


def _counts(verdicts: Iterable[Verdict]) -> list[str]:
    counts = Counter(verdicts)
    return [str(counts[verdict]) for verdict in Verdict]


def measure(cases: Iterable[Case]) -> dict[str, dict[str, Verdict]]:
    """Return each reader's verdict by the kind and name of a case."""
    verdicts: dict[str, dict[str, Verdict]] = {name: {} for name in READERS}
    with TemporaryDirectory() as folder:
        for case in cases:
            path = Path(folder) / _file_name(case)
            path.write_bytes(case.data)
            for name in READERS:
                verdict = judge(case, partial(read, name, case, path))
                verdicts[name][f"{case.kind}/{case.name}"] = verdict
    return verdicts


def _file_name(case: Case) -> str:
    """Return a name with the suffix that peers need for a compressed file."""
    compression = identify(case.data)
    suffix = SUFFIXES[compression] if isinstance(compression, Compression) else ""
    return f"table.csv{suffix}"
