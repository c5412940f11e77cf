"""What still carries the prefix of a deployment that was removed."""

from collections.abc import Iterator
from typing import Any

from smoke.target import Target


def leftovers(target: Target) -> list[str]:
    """Return kind and name of everything that is left, by each service's own list."""
    return [f"{kind} {name}" for kind, name in _all(target) if target.prefix in name]


def _all(target: Target) -> Iterator[tuple[str, str]]:
    client = target.client
    yield from _listed(client("lambda"), "list_functions", "Functions", "FunctionName")
    yield from _listed(client("iam"), "list_roles", "Roles", "RoleName")
    yield from _listed(client("apigateway"), "get_rest_apis", "items", "name")
    yield from _listed(client("logs"), "describe_log_groups", "logGroups", "logGroupName")
    yield from _listed(client("cloudwatch"), "describe_alarms", "MetricAlarms", "AlarmName")
    yield from _listed(client("dynamodb"), "list_tables", "TableNames", "")
    yield from _listed(client("sqs"), "list_queues", "QueueUrls", "")
    rules = client("events").list_rules().get("Rules", [])
    yield from (("rule", rule["Name"]) for rule in rules)
    buckets = client("s3").list_buckets()["Buckets"]
    yield from (("bucket", bucket["Name"]) for bucket in buckets)


def _listed(client: Any, operation: str, member: str, name: str) -> Iterator[tuple[str, str]]:
    for page in client.get_paginator(operation).paginate():
        for each in page.get(member, []):
            yield member, str(each[name] if name else each)
