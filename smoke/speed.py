"""Step 5: what the functions' own reports say of start, duration and memory."""

import re
import time
from typing import Any

from smoke.errors import Failed, Skipped
from smoke.names import DATA
from smoke.report import Step
from smoke.target import Target

REPORT = re.compile(
    r"REPORT.*?Duration: ([\d.]+) ms.*?Memory Size: (\d+) MB.*?Max Memory Used: (\d+) MB"
    r"(?:.*?Init Duration: ([\d.]+) ms)?",
    re.DOTALL,
)


def read_reports(target: Target) -> str:
    job = target.final(target.submit(target.put("sample.csv", DATA)))
    kernel = job["ledger"]["kernel"]
    if "native" not in kernel:
        raise Failed(f"the kernel is {kernel!r}: the library was not built for this architecture")
    found = _wait_for_reports(target)
    durations = [float(each[1]) for each in found]
    starts = [float(each[4]) for each in found if each[4]]
    return (
        f"kernel {kernel}; {len(found)} reports of work_job, {found[0][2]} MB: duration at most "
        f"{max(durations):.0f} ms, memory used at most {max(int(each[3]) for each in found)} MB, "
        f"init {f'{max(starts):.0f} ms' if starts else 'not seen'}"
    )


def _wait_for_reports(target: Target) -> list[re.Match[str]]:
    """Logs arrive some seconds after the function has ended."""
    for _ in range(6):
        found = [match for text in _texts(target) if (match := REPORT.search(text))]
        if found:
            return found
        if not target.on_aws:
            break
        time.sleep(10)
    raise Skipped("the log of work_job has no REPORT lines")


def _texts(target: Target) -> list[str]:
    logs: Any = target.client("logs")
    try:
        answer = logs.filter_log_events(
            logGroupName=f"/aws/lambda/{target.prefix}-work_job",
            startTime=int((time.time() - 900) * 1000),
            filterPattern="REPORT",
        )
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in answer["events"]]


STEPS = (Step("5", "starts, durations and memory as Lambda reports them", 120, 0.01, read_reports),)
