"""Look for known vulnerabilities in what ships to Lambda: python -m tests.audit [--required].

Where the advisories cannot be reached, it says so and succeeds, so that everything can be checked
without a network; with --required it fails.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
#: Why a known vulnerability is accepted, by its id.
ACCEPTED: Mapping[str, str] = {}
COMMAND = ("--disable-pip", "--no-deps", "--progress-spinner=off", "--timeout=10", "--format=json")


def findings(packages: Iterable[Mapping[str, Any]], accepted: Mapping[str, str]) -> list[str]:
    """Return a line for each vulnerability that nobody accepted."""
    return [
        f"{package['name']} {package['version']}: {found['id']}, "
        f"fixed in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", ())
        if accepted.keys().isdisjoint({found["id"], *found.get("aliases", ())})
    ]


def unknown(packages: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the packages about which the service of advisories knew nothing."""
    return [package["name"] for package in packages if "skip_reason" in package]


def audited(requirements: Path) -> list[dict[str, Any]] | None:
    """Return what pip-audit reports on each package; None if it reached no advisories."""
    command = [sys.executable, "-m", "pip_audit", *COMMAND, "--requirement", str(requirements)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except ValueError:  # a traceback in place of a report
        print(run.stderr.strip().rpartition("\n")[2], file=sys.stderr)
        return None
    return packages


def verdict(packages: Sequence[Mapping[str, Any]] | None, required: bool) -> int:
    """Print what was found. Return 1 for a vulnerability, or if something required is unknown."""
    lines = findings(packages or (), ACCEPTED)
    for line in lines:
        print(line)
    missing = ["all packages"] if packages is None else unknown(packages)
    if missing:
        print(f"Not audited, since no advisories were found for: {', '.join(missing)}.")
    else:
        print(f"Audited {len(packages or ())} packages; {len(lines)} known vulnerabilities.")
    return int(bool(lines) or (required and bool(missing)))


if __name__ == "__main__":
    sys.exit(verdict(audited(ROOT / "requirements.txt"), "--required" in sys.argv[1:]))
