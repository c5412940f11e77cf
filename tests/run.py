"""Run every test, in two parallel runs of pytest with one report: python -m tests.run.

They are parallel, because both mostly wait. Tests that share a service or a build folder are in the
same run. The output of a run is printed when it ends, so that the two do not mix.
"""

import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

TESTS = Path(__file__).parent
WITH_LOCAL_SERVICE = ("functional", "local", "page", "proof")
PROGRESS = re.compile(r"\[ *(\d+)%\]")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")


def folders() -> tuple[list[str], list[str]]:
    """Return the folders of the two runs: without the local service, and with it."""
    names = sorted({path.parent.name for path in TESTS.glob("*/test_*.py")})
    rest = [name for name in names if name not in WITH_LOCAL_SERVICE]
    return rest, [name for name in names if name in WITH_LOCAL_SERVICE]


def run(names: list[str]) -> tuple[list[str], str, int]:
    """Run the tests of some folders. Return the folders, the output and the exit status."""
    title, lines = ", ".join(names), []
    command = [sys.executable, "-m", "pytest", "-q", *(f"tests/{name}" for name in names)]
    with subprocess.Popen(
        command, cwd=TESTS.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if match := PROGRESS.search(line):
                print(f"{title}: {match[1]} %", flush=True)
    return names, "".join(lines), process.returncode


def main() -> int:
    """Run both, print what each said, and sum up. Return 0 if all tests passed."""
    started, counts, statuses = time.monotonic(), Counter[str](), []
    with ThreadPoolExecutor(2) as pool:
        for done in as_completed([pool.submit(run, names) for names in folders()]):
            names, output, status = done.result()
            print(f"\n==== {', '.join(names)} ====\n{output}", flush=True)
            statuses.append(status)
            for count, outcome in COUNT.findall(output.rstrip().rpartition("\n")[2]):
                counts[outcome.removesuffix("s")] += int(count)
    failed = counts["failed"] + counts["error"]
    rest = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    seconds = time.monotonic() - started
    print(f"{counts['passed']} passed, {failed} failed{rest} in {seconds:.0f} s")
    return int(any(statuses))


if __name__ == "__main__":
    sys.exit(main())
