"""How many workers may run at a time, chosen from what the account allows."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import Stage

# The bounds of a mapping's maximum concurrency:
# https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
MINIMUM, MAXIMUM = 2, 1000


@dataclass(frozen=True, slots=True)
class Concurrency:
    """The maximum concurrency of the three queues' mappings."""

    jobs: int
    parts: int
    give_up: int

    def as_variables(self) -> dict[str, str]:
        return {
            "MAX_CONCURRENCY_JOBS": str(self.jobs),
            "MAX_CONCURRENCY_PARTS": str(self.parts),
            "MAX_CONCURRENCY_GIVE_UP": str(self.give_up),
        }


def for_limit(limit: int) -> Concurrency:
    """Share an account's limit among the queues, and leave a tenth of it, at least 2, for the API.

    Mappings that may together run more than the limit are throttled: each refused call uses up a
    delivery of its message (docs/aws.md, B2). A new account has a limit of 10.
    """
    jobs = _bounded(limit // 5)
    parts = _bounded(limit - jobs - MINIMUM - max(2, limit // 10))
    return Concurrency(jobs, parts, MINIMUM)


def _bounded(count: int) -> int:
    return max(MINIMUM, min(MAXIMUM, count))


def chosen(stage: Stage, aws: Aws, say: Say) -> Stage:
    """Return the stage with a maximum concurrency for each queue. What SET names stays as it is."""
    try:
        account = aws.client("lambda").get_account_settings()
    except ClientError as error:
        say(f"The account's concurrency is not known, so the workers' is not bounded: {error}")
        return stage
    limit = int(account["AccountLimit"]["ConcurrentExecutions"])
    variables = for_limit(limit).as_variables()
    say(f"The account runs up to {limit} functions at a time")
    return _with_defaults(stage, variables)


def _with_defaults(stage: Stage, variables: dict[str, str]) -> Stage:
    own = stage.config["stages"][stage.name]
    own = {**own, "environment_variables": {**variables, **own["environment_variables"]}}
    stages = {**stage.config["stages"], stage.name: own}
    return Stage(stage.name, {**stage.config, "stages": stages}, stage.changes)
