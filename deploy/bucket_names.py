"""Whether other accounts can take the names of a stage's buckets: not those of new stages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.names import Namespace
from deploy import cloudformation
from deploy.aws import Aws
from deploy.stage import Stage, UsageError, csv_bucket

#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
REGIONS_WITHOUT = ("me-central-1", "me-south-1")


def settled(stage: Stage, aws: Aws, stack: Mapping[str, Any] | None) -> Stage:
    """Return the stage with the namespace that its buckets have: S3 renames none.

    Raises UsageError if ``SET`` asks for another one, or the region does not offer it.
    """
    has = _present(stage, aws, stack)
    if has is Namespace.ACCOUNT_REGIONAL and aws.identity.region in REGIONS_WITHOUT:
        raise UsageError(
            f"{aws.identity.region} has no account-regional buckets: add "
            "SET=BUCKET_NAMESPACE=global."
        )
    if has == stage.settings.bucket_namespace:
        return stage
    if "BUCKET_NAMESPACE" in stage.changes:
        raise UsageError(
            f"The buckets of {stage.prefix} are {has}, and S3 renames no bucket: set "
            f"BUCKET_NAMESPACE={has}."
        )
    return stage.with_own(environment_variables={**stage.environment, "BUCKET_NAMESPACE": str(has)})


def _present(stage: Stage, aws: Aws, stack: Mapping[str, Any] | None) -> Namespace:
    """Return the namespace of the stage's buckets; if it has none, the one that is wanted."""
    if stack is not None:
        return Namespace(cloudformation.parameters_of(stack).get("BucketNamespace", "global"))
    wanted = stage.settings.bucket_namespace
    old = _names(stage, Namespace.GLOBAL, aws) - _names(stage, wanted, aws)
    return Namespace.GLOBAL if any(aws.may_see_bucket(name, own=True) for name in old) else wanted


def _names(stage: Stage, namespace: Namespace, aws: Aws) -> set[str]:
    settings = replace(stage.settings, bucket_namespace=namespace)
    named = settings.in_account(aws.identity.account, aws.identity.region)
    return {named.results_bucket, named.uploads_bucket, csv_bucket(named) or ""}
