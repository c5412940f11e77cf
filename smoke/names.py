"""Step 1: names with odd characters, Location, and what the gateway itself answers."""

from collections.abc import Sequence
from urllib.parse import urljoin

from smoke.errors import Failed, Skipped
from smoke.report import Step
from smoke.target import Target

DATA = b"id,b,c,d,e,f,g,h,i,j,price,l\n1,,,,,,,,,,10.50,x\n2,,,,,,,,,,0.25,y\n"
SUMS = {"id": 3, "price": 10.75}
NAMES = ("sample.csv", "a b+ü.csv", "q?x=1&y;z|w.csv")
# They show how often a gateway decodes a path.
ENCODED_NAMES = ("%41.csv", "d/e.csv")


def submit_plain_names(target: Target) -> str:
    return _submit_by_both_urls(target, NAMES)


def submit_encoded_names(target: Target) -> str:
    """A percent sign travels as %25 in the older of the URLs, a slash as %2F."""
    try:
        return _submit_by_both_urls(target, ENCODED_NAMES)
    except Failed as seen:
        if target.on_aws:
            raise
        raise Skipped(f"this gateway decodes paths in its own way: {seen}") from seen


def _submit_by_both_urls(target: Target, names: Sequence[str]) -> str:
    """Submit each file by both URLs, and compare the sums."""
    wrong = []
    for name in names:
        full = target.put(name, DATA)
        for submit in (target.submit_by_name, target.submit):
            result = target.final(submit(full)).get("result")
            if result != SUMS:
                wrong.append(f"{name!r} by {submit.__name__}: {result}")
    if wrong:
        raise Failed("; ".join(wrong))
    return f"{len(names)} names by both URLs gave {SUMS}"


def follow_location(target: Target) -> str:
    reply = target.post("/jobs", {"csv": target.put("sample.csv", DATA)})
    job_id = reply.json["id"]
    target.forget_later(job_id)
    where = urljoin(reply.url, reply.headers["location"])
    found = target.send("GET", where)
    if found.status != 200 or found.json.get("id") != job_id:
        raise Failed(f"Location {reply.headers['location']!r} leads to {where}: {found}")
    return f"Location {reply.headers['location']!r} leads to the job"


def ask_what_is_not_there(target: Target) -> str:
    """Record how wrong methods, paths, names and options are answered; none may be a 5xx."""
    asked = [
        target.send("OPTIONS", f"{target.base}/jobs"),
        target.send("PUT", f"{target.base}/jobs", {}),
        target.get("/nothing"),
        target.get("/csv_name=missing.csv"),
        target.get("/csv_name=x.csv?step=0"),
        target.get("/jobs/00000000000000000000000000000000"),
    ]
    seen = "; ".join(f"{reply.url.removeprefix(target.base)}: {reply.status}" for reply in asked)
    if any(reply.status >= 500 for reply in asked):
        raise Failed(seen)
    if [reply.status for reply in asked[3:]] != [404, 400, 404]:
        raise Failed(f"expected 404, 400 and 404 at the end: {seen}")
    return seen


STEPS = (
    Step("1a", "names with a space, +, ü, ?, & and |", 300, 0.01, submit_plain_names),
    Step("1b", "names with %41 and a slash", 120, 0.01, submit_encoded_names),
    Step("1c", "Location leads to the job", 60, 0.01, follow_location),
    Step("1d", "what the service and the gateway refuse", 60, 0.01, ask_what_is_not_there),
)
