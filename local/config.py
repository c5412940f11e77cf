"""What `make run` can be told, and what its processes are told in turn."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.settings import Settings, read_int

HOST = "127.0.0.1"


class UsageError(Exception):
    """One sentence on why nothing was started."""


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """``visibility_seconds``: how long a message that a worker took stays hidden once that worker is dead."""

    port: int
    workers: int
    source: str
    visibility_seconds: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "LocalConfig":
        return cls(
            port=read_int(environ, "PORT", 8000, 65535),
            workers=read_int(environ, "WORKERS", 2, 64),
            source=_source(environ),
            visibility_seconds=read_int(environ, "VISIBILITY_SECONDS", 10, 43200),
        )


def _source(environ: Mapping[str, str]) -> str:
    """CSV_SOURCE, or the folder DATA as one; a folder must be there."""
    name = "CSV_SOURCE" if environ.get("CSV_SOURCE") else "DATA"
    source = environ.get("CSV_SOURCE") or f"file://{Path(environ.get('DATA') or 'data').resolve()}"
    scheme, _, path = source.partition("://")
    if scheme == "file" and not Path(path).is_dir():
        raise UsageError(f"{name}: there is no folder {path!r}; make it, or name another one.")
    return source


def require_free(port: int) -> None:
    """Raises UsageError when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"PORT: {port} cannot be used ({os.strerror(error.errno or 0)}); choose another one with PORT=..."
            ) from error


def child_environment(
    environ: Mapping[str, str], config: LocalConfig, endpoint: str
) -> dict[str, str]:
    """The environment of every process of the local service: that of the caller, with the embedded AWS as its AWS."""
    local = {
        "CSV_SOURCE": config.source,
        "STALE_SECONDS": environ.get("STALE_SECONDS") or str(6 * config.visibility_seconds),
        "VISIBILITY_SECONDS": str(config.visibility_seconds),
        "SWEEP_MINUTES": environ.get("SWEEP_MINUTES") or "1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    merged = inherited | local
    Settings.from_env(merged)  # a wrong setting is one sentence here, not a traceback in each child
    return merged


def stack_parameters(environ: Mapping[str, str], config: LocalConfig) -> dict[str, str]:
    """The parameters of infra/resources.json for these settings."""
    settings = Settings.from_env(environ)
    return {
        "JobsTable": settings.table,
        "JobsQueue": settings.jobs_queue,
        "PartsQueue": settings.parts_queue,
        "DeadQueue": settings.dead_queue,
        "ResultsBucket": settings.results_bucket,
        "KeepDays": str(settings.keep_days),
        "VisibilitySeconds": str(config.visibility_seconds),
        "MaxReceiveCount": str(settings.max_receive_count),
    }
