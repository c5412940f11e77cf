"""Step 2: links of large replies, on the day of deployment and later."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from smoke.errors import Failed
from smoke.http import Reply, send
from smoke.report import Step
from smoke.target import Target

COLUMNS = 200_000


def follow_a_link(target: Target) -> str:
    """Sum a row of 200,000 columns: the job is too large for a reply, so there is a link to it."""
    header = ",".join(f"column{index}" for index in range(COLUMNS))
    row = ",".join("1" for _ in range(COLUMNS))
    name = target.put("wide.csv", f"{header}\n{row}\n".encode())
    job_id = target.submit(name, first=0, step=1)
    job = target.final(job_id)
    if job["status"] != "succeeded":
        raise Failed(str(job.get("error")))
    reply = target.get(f"/jobs/{job_id}")
    if reply.status != 303:
        raise Failed(f"expected 303 for a large job: {reply}")
    link = reply.headers["location"]
    return f"{_follow(link)} from {urlsplit(link).netloc}; {_age(target)}"


def _follow(link: str) -> str:
    """Follow a link as ``curl -L`` does; return what came."""
    found = send("GET", link)
    redirects = 0
    while found.status in (301, 302, 307, 308) and "location" in found.headers:
        redirects += 1
        found = send("GET", found.headers["location"])
    _require_job(found, redirects)
    return f"200, {len(found.body):,} bytes, {redirects} redirects"


def _require_job(found: Reply, redirects: int) -> None:
    host = urlsplit(found.url).netloc
    if found.status != 200:
        raise Failed(f"the link at {host} gave, after {redirects} redirects, {found}")
    if len(found.json["result"]) != COLUMNS:
        raise Failed(f"the link gave {len(found.json['result'])} sums, not {COLUMNS}")


def _age(target: Target) -> str:
    """Say how old the bucket is: only one younger than a day shows what young buckets do."""
    s3, name = target.client("s3"), target.settings["RESULTS_BUCKET"]
    made = next(
        each["CreationDate"] for each in s3.list_buckets()["Buckets"] if each["Name"] == name
    )
    hours = (datetime.now(UTC) - made).total_seconds() / 3600
    return f"the bucket is {hours:.1f} hours old"


STEPS = (Step("2", "the link to a large job", 180, 0.02, follow_a_link),)
LATER = (Step("2-later", "the link once more, at the end of the run", 180, 0.02, follow_a_link),)
