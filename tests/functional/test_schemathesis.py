"""Schemathesis against `make run`: requests made from the OpenAPI document, good ones and bad ones.

No reply may be a 5xx or differ from the document, no bad request may be accepted, and no good one
refused. OPENAPI_CASES sets how many requests there are at least; it costs a second for 50 or so.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.functional.stack import ROOT, Stack

CASES = int(os.environ.get("OPENAPI_CASES", "500"))
#: One operation gets as many requests in each phase. Some have few different ones.
PER_OPERATION = max(1, CASES // 16)
CONFIG = Path(__file__).with_name("schemathesis.toml")
COUNT = re.compile(r"Test cases:\s+([\d,]+) generated")


def run(stack: Stack, folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program
    options = {
        "--url": stack.api.base,
        "--checks": "all",
        # DELETE cancels a job, which stays where it is.
        "--exclude-checks": "use_after_free",
        "--max-examples": str(PER_OPERATION),
        "--seed": os.environ.get("OPENAPI_SEED", "1"),
        "--generation-database": "none",
        # A GET with If-None-Match and wait=25 is answered after 25 s if there is no news.
        "--request-timeout": "40",
        "--max-response-time": "40",
    }
    command = [program, "--config-file", str(CONFIG), "run", f"{stack.api.base}/openapi.json"]
    command += ["--no-color", *(word for option in options.items() for word in option)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_no_request_made_from_the_document_meets_a_surprise(stack: Stack, tmp_path: Path) -> None:
    stack.put("sample.csv", (ROOT / "data" / "sample.csv").read_bytes())
    ended = run(stack, tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    match = COUNT.search(ended.stdout)
    assert match, ended.stdout
    assert int(match[1].replace(",", "")) >= CASES, ended.stdout
