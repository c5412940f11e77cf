"""What AWS takes as the names of tables, queues, buckets and APIs. Pure Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Namespace(StrEnum):
    """Who may make a bucket of a name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
    """

    #: The first account that does.
    GLOBAL = "global"
    #: One account in one region, with which the name ends: ...-<account>-<region>-an.
    ACCOUNT_REGIONAL = "account-regional"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that names must match, and what it means, to follow "must have"."""

    pattern: re.Pattern[str]
    meaning: str


#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
TABLE = Rule(re.compile(r"[A-Za-z0-9_.-]{3,255}"), "3 to 255 letters, digits and '_.-'")
#: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
QUEUE = Rule(re.compile(r"[A-Za-z0-9_-]{1,80}"), "1 to 80 letters, digits, '_' and '-'")
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = Rule(
    re.compile(r"(?![\d.]+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "3 to 63 small letters, digits, single dots and hyphens",
)
#: Buckets from before 2018 may have such names.
OLD_BUCKET = Rule(re.compile(r"[A-Za-z0-9._-]{3,255}"), "3 to 255 letters, digits and '._-'")
#: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
BUS = Rule(re.compile(r"[A-Za-z0-9_./-]{1,256}"), "1 to 256 letters, digits and '_./-'")
API = Rule(re.compile(r"[A-Za-z0-9_.-][A-Za-z0-9_. -]{0,127}"), "1 to 128 letters, digits, '_.- '")

#: By the setting that holds a name.
RULES: Mapping[str, Rule] = {
    "API_NAME": API,
    "JOBS_TABLE": TABLE,
    "TOKENS_TABLE": TABLE,
    "JOBS_QUEUE": QUEUE,
    "PARTS_QUEUE": QUEUE,
    "DEAD_QUEUE": QUEUE,
    "INBOX_QUEUE": QUEUE,
    "RESULTS_BUCKET": BUCKET,
    "EVENT_BUS": BUS,
    "UPLOADS_BUCKET": BUCKET,
}
#: A bucket's name, or the URL of a folder in it, whose name ends in account and region.
ENDS_IN_PLACE = re.compile(r"^(s3://)?[^/]+-\{account\}-\{region\}(?=/|\Z)")
# As long as those that they stand for.
PLACEHOLDERS = {"{account}": "0" * 12, "{region}": "us-east-1"}


def is_name(text: str, rule: Rule) -> bool:
    """Return whether a name, in which ``{account}`` and ``{region}`` may stand, keeps a rule."""
    for placeholder, example in PLACEHOLDERS.items():
        text = text.replace(placeholder, example)
    return rule.pattern.fullmatch(text) is not None


def fill_in(name: str, namespace: Namespace, account: str, region: str) -> str:
    """Return a bucket's name, or the URL of a folder in it, without placeholders.

    Names that do not end in ``-{account}-{region}`` are the same in both namespaces.
    """
    if namespace is Namespace.ACCOUNT_REGIONAL:
        name = ENDS_IN_PLACE.sub(r"\g<0>-an", name)
    return name.replace("{account}", account).replace("{region}", region)


def bad_name(given: Mapping[str, str]) -> str | None:
    """Return a sentence on the first setting whose name AWS would refuse; None if there is none."""
    for setting, rule in RULES.items():
        value = given.get(setting)
        if value and not is_name(value, rule):
            return f"{setting} must have {rule.meaning}, not {value!r}."
    return None


def same_name(names: Mapping[str, str]) -> str | None:
    """Return a sentence on two settings with the same name; None if all names differ."""
    seen: dict[str, str] = {}
    for setting, name in names.items():
        if seen.setdefault(name, setting) != setting:
            return f"{setting} must not be the same as {seen[name]}, {name!r}."
    return None
