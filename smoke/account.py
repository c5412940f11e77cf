"""Step 0: the account, and whether the service answers at all."""

from smoke.errors import Failed
from smoke.report import Step
from smoke.target import Target

FUNCTIONS = ("", "work_job", "work_part", "give_up", "sweep")


def read_account(target: Target) -> str:
    limit = target.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    functions = [target.function(name) for name in FUNCTIONS]
    runtimes = sorted({function["Runtime"] for function in functions})
    counter = target.get("/storage/get_counter")
    if counter.status != 200 or "ongoing_tasks" not in counter.json:
        raise Failed(f"GET /storage/get_counter: {counter}")
    return (
        f"limit of {limit} invocations at once; {', '.join(runtimes)}; timeouts "
        f"{[function['Timeout'] for function in functions]} s; region {target.region}; "
        f"{counter.json['ongoing_tasks']} jobs in progress"
    )


STEPS = (Step("0", "the account's limit, the functions, the counter", 60, 0.01, read_account),)
