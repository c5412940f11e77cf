"""Step 3: results and files that are gone, archived or never were."""

from smoke.errors import Failed, Skipped
from smoke.links import COLUMNS
from smoke.report import Step
from smoke.target import Target

VAGUE = ("given_up", "try_again", "unavailable", "file_gone")


def ask_for_a_result_that_expired(target: Target) -> str:
    """Delete a job's object before its item, as lifecycle and time to live may do."""
    header = ",".join(f"column{index}" for index in range(COLUMNS // 10))
    row = ",".join("1" for _ in range(COLUMNS // 10))
    job_id = target.submit(target.put("kept.csv", f"{header}\n{row}\n".encode()), first=0, step=1)
    target.final(job_id)
    if target.delete_results(job_id) == 0:
        raise Failed("the result of 20,000 sums is not in the results bucket")
    reply = target.get(f"/jobs/{job_id}")
    if reply.status != 404:
        raise Failed(f"expected 404 for a job whose result has expired: {reply}")
    return "404 once the object of the result is gone"


def submit_an_archived_file(target: Target) -> str:
    """Submit an object of the class GLACIER: refused at once, or a failure that says why."""
    if target.csv_bucket is None:
        raise Skipped("the files are in a folder")
    name = target.put("archived.csv", b"a\n1\n", StorageClass="GLACIER")
    head = target.client("s3").head_object(Bucket=target.bucket, Key=target.key(name))
    if head.get("StorageClass") != "GLACIER":
        raise Skipped("this S3 does not archive")
    reply = target.post("/jobs", {"csv": name})
    if 400 <= reply.status < 500:
        return f"refused at submission: {reply}"
    target.forget_later(reply.json["id"])
    job = target.final(reply.json["id"])
    if job["status"] == "succeeded" and not target.on_aws:
        raise Skipped("this S3 reads archived objects")
    code = job.get("error", {}).get("code")
    if code in VAGUE or job["status"] == "succeeded":
        raise Failed(f"an archived object ended as {job['status']}, {code}")
    return f"failed with {code}"


STEPS = (
    Step("3a", "a result that has expired is 404", 180, 0.02, ask_for_a_result_that_expired),
    Step("3b", "an archived file is refused by name", 120, 0.01, submit_an_archived_file),
)
