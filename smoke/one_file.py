"""One file, summed by the deployed service: the short smoke test."""

import json
import time
from collections.abc import Callable
from urllib.parse import quote

from smoke.errors import Failed
from smoke.http import Reply

JOB_SECONDS = 300


def sum_file(get: Callable[[str], Reply], csv: str, pause: float = 1.0) -> str:
    """Submit a file, wait, and return its sums as JSON. Raises Failed with the reply if not."""
    # The workers shall sum it, even if they did so yesterday.
    reply = get(f"/csv_name={quote(csv, safe='')}?fresh=true")
    if reply.status != 200:
        raise Failed(f"{csv} was not accepted: {reply}")
    job = reply.json["Task started, your id"]
    deadline = time.monotonic() + JOB_SECONDS
    while time.monotonic() < deadline:
        reply = get(f"/storage/get_json/{job}")
        if reply.status == 200:
            return json.dumps(reply.json)
        if reply.status != 202:
            raise Failed(f"the job {job} failed: {reply}")
        time.sleep(pause)
    raise Failed(f"the job {job} did not end in {JOB_SECONDS} s: {reply}")
