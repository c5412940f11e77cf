"""One reader, one file, in a process of its own: python -m benchmarks.one_run NAME FILE.

Prints JSON: ``seconds`` from opening the file to having the sums (after imports and a first use),
``peak_bytes`` of memory, and the ``sums``. A reader with one thread is kept on one core.
"""

import json
import os
import sys
import time
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.readers import READERS, Sum, peak_bytes, peaks_of_children


def _warm_up(sums: Sum) -> None:
    """Sum a file of one cell: some readers import or start more on first use."""
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(b"a\n1\n")
        file.flush()
        sums(file.name)


def main(name: str, path: str) -> None:
    prepare, threads = READERS[name]
    if threads == 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sums = prepare()
    _warm_up(sums)
    started = time.perf_counter()
    result = sums(path)
    seconds = time.perf_counter() - started
    peaks = peaks_of_children or [peak_bytes(Path("/proc/self/status").read_text())]
    print(json.dumps({"seconds": seconds, "peak_bytes": peaks[-1], "sums": result}))


if __name__ == "__main__":
    main(*sys.argv[1:])
