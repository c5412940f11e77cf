"""Step 1: names with odd characters, Location, and what the gateway itself answers."""

from urllib.parse import urljoin

from deploy.smoke.errors import Failed
from deploy.smoke.http import send
from deploy.smoke.report import Step
from deploy.smoke.target import Target

DATA = b"id,b,c,d,e,f,g,h,i,j,price,l\n1,,,,,,,,,,10.50,x\n2,,,,,,,,,,0.25,y\n"
SUMS = {"id": 3, "price": 10.75}
NAMES = ("sample.csv", "a b+ü%41.csv", "d/e.csv", "q?x=1&y;z|w.csv")


def submit_by_both_urls(target: Target) -> str:
    """Submit each file by both URLs, and compare the sums."""
    wrong = []
    for name in NAMES:
        full = target.put(name, DATA)
        for submit in (target.submit_by_name, target.submit):
            result = target.final(submit(full)).get("result")
            if result != SUMS:
                wrong.append(f"{name!r} by {submit.__name__}: {result}")
    if wrong:
        raise Failed("; ".join(wrong))
    return f"{len(NAMES)} names by both URLs gave {SUMS}"


def follow_location(target: Target) -> str:
    reply = target.post("/jobs", {"csv": target.put("sample.csv", DATA)})
    job_id = reply.json["id"]
    target.forget_later(job_id)
    where = urljoin(reply.url, reply.headers["location"])
    found = send("GET", where)
    if found.status != 200 or found.json.get("id") != job_id:
        raise Failed(f"Location {reply.headers['location']!r} leads to {where}: {found}")
    return f"Location {reply.headers['location']!r} leads to the job"


def ask_what_is_not_there(target: Target) -> str:
    """Record how wrong methods, paths, names and options are answered; none may be a 5xx."""
    asked = [
        send("OPTIONS", f"{target.base}/jobs"),
        send("PUT", f"{target.base}/jobs", {}),
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
    Step("1a", "names with spaces, +, %41, / and ?; both URLs", 300, 0.01, submit_by_both_urls),
    Step("1b", "Location leads to the job", 60, 0.01, follow_location),
    Step("1c", "what the service and the gateway refuse", 60, 0.01, ask_what_is_not_there),
)
