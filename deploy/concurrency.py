"""How many workers may run at a time, chosen from what the account allows."""

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.progress import Say
from deploy.stage import Stage

# The bounds of a mapping's maximum concurrency:
# https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
MINIMUM, MAXIMUM = 2, 1000
#: The limit of a new account, which .chalice/config.json is made for.
NEW_ACCOUNT = 10


def for_limit(limit: int, inbox: bool = False) -> dict[str, str]:
    """Share an account's limit among the queues, and leave a tenth of it, at least 2, for the API.

    Mappings that may together run more than the limit are throttled: each refused call uses up a
    delivery of its message (docs/aws.md, B2).
    """
    jobs = _bounded(limit // 5)
    others = MINIMUM * (2 if inbox else 1)
    parts = _bounded(limit - jobs - others - max(2, limit // 10))
    return {
        "MAX_CONCURRENCY_JOBS": str(jobs),
        "MAX_CONCURRENCY_PARTS": str(parts),
        "MAX_CONCURRENCY_GIVE_UP": str(MINIMUM),
        **({"MAX_CONCURRENCY_INBOX": str(MINIMUM)} if inbox else {}),
    }


def _bounded(count: int) -> int:
    return max(MINIMUM, min(MAXIMUM, count))


def chosen(stage: Stage, aws: Aws, say: Say) -> Stage:
    """Return the stage with what suits the account in place of what suits a new one.

    Numbers of somebody's own, by SET or in .chalice/config.json, stay as they are.
    """
    new, own = for_limit(NEW_ACCOUNT), stage.environment
    suits = {
        name: value
        for name, value in for_limit(_account_limit(aws, say), stage.settings.inbox).items()
        if name not in stage.changes and own.get(name) in (None, new.get(name))
    }
    return stage.with_own(environment_variables={**own, **suits})


def account_limit(aws: Aws) -> int:
    """Return how many functions the account runs at a time. Raises ClientError."""
    account = aws.client("lambda").get_account_settings()
    return int(account["AccountLimit"]["ConcurrentExecutions"])


def alarm_at(aws: Aws) -> str:
    """Return the parameter for an alarm at the account's limit; 0, for none, if it is not known."""
    try:
        return str(account_limit(aws))
    except ClientError:
        return "0"


def _account_limit(aws: Aws, say: Say) -> int:
    """Return the account's limit; if it is not known, that of a new one."""
    try:
        limit = account_limit(aws)
    except ClientError as error:
        say(f"The account's concurrency could not be read, so {NEW_ACCOUNT} is assumed: {error}")
        return NEW_ACCOUNT
    say(f"The account runs up to {limit:,} functions at a time")
    return limit
