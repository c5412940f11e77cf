"""The parameters of resources.json that follow from the service's settings."""

from pathlib import Path

from chalicelib.settings import Settings

RESOURCES = Path(__file__).parent / "resources.json"


def names_of(settings: Settings) -> dict[str, str]:
    """Return the names of the resources by their parameters."""
    return {
        "JobsTable": settings.table,
        "TokensTable": settings.tokens_table,
        "JobsQueue": settings.jobs_queue,
        "PartsQueue": settings.parts_queue,
        "DeadQueue": settings.dead_queue,
        "InboxQueue": settings.inbox_queue,
        "ResultsBucket": settings.results_bucket,
        "UploadsBucket": settings.uploads_bucket,
    }


def parameters_of(settings: Settings) -> dict[str, str]:
    """Return all parameters that must agree with what the service reads from its environment."""
    return names_of(settings) | {
        "BucketNamespace": settings.bucket_namespace,
        "KeepDays": str(settings.keep_days),
        "VisibilitySeconds": str(settings.visibility_seconds),
        "MaxReceiveCount": str(settings.max_receive_count),
        "Inbox": "on" if settings.inbox else "off",
        "CorsOrigins": ",".join(sorted(settings.cors_origins)),
    }
