"""Whether a deployed service answers, and sums a file right to its end."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from deploy.credentials import Credentials, anonymous
from deploy.progress import Say
from deploy.stage import UsageError

ANSWER_SECONDS = 60
JOB_SECONDS = 300
POLL_SECONDS = 1.0


def require_answer(
    base: str, say: Say, seconds: float = ANSWER_SECONDS, pause: float = POLL_SECONDS
) -> None:
    """Wait for a reply that is no 5xx: a new API takes some seconds. Raises UsageError."""
    say(f"Asking {base}/storage/get_counter")
    deadline = time.monotonic() + seconds
    while True:
        status, text = _get(f"{base}/storage/get_counter")
        if status < 500:
            return
        if time.monotonic() > deadline:
            raise UsageError(
                f"It is deployed, but does not answer ({status}): {text}\n"
                "See `chalice logs`, or return to the last release with `make rollback`."
            )
        time.sleep(pause)


@dataclass(frozen=True, slots=True)
class Service:
    """A deployed service, and what lets requests in."""

    base: str
    credentials: Credentials = anonymous

    def sum_file(self, csv: str, say: Say, pause: float = POLL_SECONDS) -> str:
        """Submit a file, wait, and return its sums as JSON. Raises UsageError if that fails."""
        say(f"Summing {csv}")
        status, text = self._get(f"/csv_name={quote(csv, safe='')}")
        if status != 200:
            raise UsageError(f"{csv} was not accepted ({status}): {text}")
        job = json.loads(text)["Task started, your id"]
        deadline = time.monotonic() + JOB_SECONDS
        while time.monotonic() < deadline:
            status, text = self._get(f"/storage/get_json/{job}")
            if status == 200:
                return text
            if status != 202:
                raise UsageError(f"The job {job} failed ({status}): {text}")
            time.sleep(pause)
        raise UsageError(f"The job {job} did not end in {JOB_SECONDS} s: {text}")

    def _get(self, path: str) -> tuple[int, str]:
        url = self.base + path
        return _get(url, self.credentials("GET", url, b""))


def _get(url: str, headers: Mapping[str, str] = MappingProxyType({})) -> tuple[int, str]:
    """Return status and text of a reply; status 599 if there is none."""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  # built from what AWS says
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError as error:
        return 599, str(error)
