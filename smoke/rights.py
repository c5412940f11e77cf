"""Step 6: rights taken away for a while: work goes on afterwards, and alarms go off."""

import json
import time
from typing import Any

from smoke.errors import Failed, Skipped
from smoke.names import DATA, SUMS
from smoke.report import Step
from smoke.target import Target

POLICY = "smoke-test-deny"
# IAM's changes take some seconds to be seen.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, eventual consistency
SETTLE_SECONDS = 15
DENIED_SECONDS = 20
ALARM_SECONDS = 420


class Denied:
    """One action of DynamoDB denied to a function's role, from entering to leaving."""

    def __init__(self, target: Target, function: str, action: str) -> None:
        self.role = str(target.function(function)["Role"]).rpartition("/")[2]
        self.iam: Any = target.client("iam")
        self.action = action
        self.target = target

    def __enter__(self) -> None:
        statement = {"Effect": "Deny", "Action": self.action, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.iam.put_role_policy(
            RoleName=self.role, PolicyName=POLICY, PolicyDocument=json.dumps(document)
        )
        self._settle()

    def __exit__(self, *_: object) -> None:
        self.iam.delete_role_policy(RoleName=self.role, PolicyName=POLICY)
        self._settle()

    def _settle(self) -> None:
        time.sleep(SETTLE_SECONDS if self.target.on_aws else 1)


def lose_a_right_for_a_while(target: Target) -> str:
    """Deny UpdateItem to work_job while a job waits: it is done soon after the right is back."""
    name = target.put("sample.csv", DATA)
    with Denied(target, "work_job", "dynamodb:UpdateItem"):
        job_id = target.submit(name)
        time.sleep(DENIED_SECONDS if target.on_aws else 3)
        if target.job(job_id)["status"] == "succeeded":
            raise _unenforced(target)
        denied_at = time.monotonic()
    job = target.final(job_id)
    if job.get("result") != SUMS:
        raise Failed(f"the job did not go on: {job}")
    return f"done {time.monotonic() - denied_at:.0f} s after the right was back"


def break_the_api(target: Target) -> str:
    """Deny GetItem to the API: 503 with a problem, and an alarm within some minutes."""
    job_id = target.submit(target.put("sample.csv", DATA))
    with Denied(target, "", "dynamodb:GetItem"):
        reply = target.get(f"/jobs/{job_id}")
        if reply.status == 200:
            raise _unenforced(target)
        if reply.status not in (500, 503):
            raise Failed(f"expected 500 or 503: {reply}")
        seen = f"{reply.status} {reply.json.get('code')}"
        alarm = _alarm(target, job_id)
    return f"{seen}; alarm: {alarm}"


def _alarm(target: Target, job_id: str) -> str:
    """Ask on until an alarm about errors of the API goes off; return its name."""
    if not target.on_aws:
        return "not looked for, emulators raise none"
    until = min(target.deadline, time.monotonic() + ALARM_SECONDS)
    while time.monotonic() < until:
        target.get(f"/jobs/{job_id}")
        alarms = target.client("cloudwatch").describe_alarms(
            AlarmNamePrefix=target.prefix, StateValue="ALARM"
        )["MetricAlarms"]
        names = [each["AlarmName"] for each in alarms if "errors" in each["AlarmName"]]
        if names:
            return ", ".join(names)
        time.sleep(15)
    raise Failed(f"no alarm about errors went off within {ALARM_SECONDS} s of 5xx replies")


def _unenforced(target: Target) -> Exception:
    text = "a Deny on the function's role changes nothing"
    return Failed(text) if target.on_aws else Skipped(f"{text}: policies are not enforced here")


STEPS = (
    Step(
        "6a",
        "a worker without a right goes on when it has it back",
        300,
        0.01,
        lose_a_right_for_a_while,
    ),
    Step("6b", "an API without a right answers 503 and raises an alarm", 540, 0.05, break_the_api),
)
