"""The settings of `make run`, and the environment of its processes."""

import errno
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from chalicelib.jobs.parts import SMALL_PART_BYTES, SMALL_PARTS_AT_ONCE
from chalicelib.settings import Auth, Settings, read_int

HOST = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # nosec B104  # only what it looks like
#: The region and the credentials of the embedded AWS, which takes any.
REGION = "us-east-1"
ANY = "local"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ANY,
    "AWS_SECRET_ACCESS_KEY": ANY,
    "AWS_DEFAULT_REGION": REGION,
}
#: Settings of `make run` that the deployed service does not have.
LOCAL_VARIABLES = (
    "HOST",
    "PORT",
    "WORKERS",
    "DATA",
    "STATE",
    "VISIBILITY_SECONDS",
    "PYTHON",
    "VENV",
)
PARTS_PER_WORKER = 2
# If a run was killed, its API ends soon after it, and frees the port: see local/parent.py.
PORT_SECONDS = 2


class UsageError(Exception):
    """One sentence: why nothing was started, and what to do."""


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """The settings of `make run`.

    ``host`` is the address that the API listens on. ``state`` is the folder that keeps jobs and
    results. ``visibility_seconds``: how long the message of a dead worker stays hidden.
    """

    auth: Auth
    host: str
    port: int
    workers: int
    source: str
    state: Path
    visibility_seconds: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "LocalConfig":
        """Read the settings. Raises UsageError or BadSetting."""
        return cls(
            auth=_auth(environ),
            host=_host(environ),
            port=read_int(environ, "PORT", 8000, 65535),
            workers=read_int(environ, "WORKERS", 2, 64),
            source=_source(environ),
            state=state_folder(environ),
            visibility_seconds=read_int(environ, "VISIBILITY_SECONDS", 10, 43200),
        )

    @property
    def address(self) -> str:
        """Host and port by which this machine reaches the API."""
        return f"{HOST if self.host == EVERYWHERE else self.host}:{self.port}"

    @property
    def folder(self) -> Path | None:
        """The folder of the CSV files; None if they are in a bucket."""
        scheme, _, path = self.source.partition("://")
        return Path(path) if scheme == "file" else None


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that keeps jobs and results."""
    return Path(environ.get("STATE") or ".csvsum").resolve()


def _auth(environ: Mapping[str, str]) -> Auth:
    """Return how clients are authenticated. Raises UsageError or BadSetting."""
    auth = Settings.from_env({"AUTH": environ.get("AUTH") or Auth.OPEN}).auth
    if auth is Auth.IAM:
        raise UsageError(
            "AUTH: `make run` has no API Gateway that checks signatures; choose token or open."
        )
    return auth


def _host(environ: Mapping[str, str]) -> str:
    """Return the address to listen on. Raises UsageError for one that lets everybody in."""
    try:
        address = IPv4Address(environ.get("HOST") or HOST)
    except AddressValueError as error:
        raise UsageError(f"HOST must be an IPv4 address, as 127.0.0.1 is: {error}.") from error
    if _auth(environ) is Auth.OPEN and not address.is_loopback:
        raise UsageError(
            f"HOST: on {address}, everybody who can reach it could use the service; "
            "set AUTH=token as well, and create tokens with `make token CLIENT=...`."
        )
    return str(address)


def _source(environ: Mapping[str, str]) -> str:
    """Return CSV_SOURCE, or the folder DATA as such a URL. Raises UsageError without a folder."""
    name = "CSV_SOURCE" if environ.get("CSV_SOURCE") else "DATA"
    source = environ.get("CSV_SOURCE") or f"file://{Path(environ.get('DATA') or 'data').resolve()}"
    scheme, _, path = source.partition("://")
    if scheme == "file" and not Path(path).is_dir():
        raise UsageError(f"{name}: there is no folder {path!r}; create it, or name another one.")
    return source


def require_free(host: str, port: int, wait_seconds: float = PORT_SECONDS) -> None:
    """Raise UsageError if something still listens there after a while, or nothing can."""
    deadline = time.monotonic() + wait_seconds
    while error := _bind(host, port):
        is_taken = error.errno == errno.EADDRINUSE
        if not is_taken or time.monotonic() > deadline:
            name = "HOST" if error.errno == errno.EADDRNOTAVAIL else "PORT"
            value = host if name == "HOST" else port
            reason = os.strerror(error.errno or 0)
            raise UsageError(
                f"{name}: {value} cannot be used ({reason}); choose another one with {name}=..."
            ) from error
        time.sleep(0.05)


def _bind(host: str, port: int) -> OSError | None:
    """Return why nothing can listen there; None if something can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def free_port() -> int:
    """Return a port of the loopback interface on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def child_environment(
    environ: Mapping[str, str], config: LocalConfig, endpoint: str
) -> dict[str, str]:
    """Return the environment of the service's processes: the caller's, with the embedded AWS.

    Raise BadSetting here, so that a wrong setting gives one sentence, not a traceback per process.
    """
    local = {
        "AUTH": config.auth,
        "CSV_SOURCE": config.source,
        "STALE_SECONDS": environ.get("STALE_SECONDS") or str(6 * config.visibility_seconds),
        "VISIBILITY_SECONDS": str(config.visibility_seconds),
        "LIST_FILES": environ.get("LIST_FILES") or "on",
        "SWEEP_MINUTES": environ.get("SWEEP_MINUTES") or "1",
        "PARTS_PER_JOB": environ.get("PARTS_PER_JOB") or _parts_per_job(environ, config),
        "PARTS_IN_FLIGHT": environ.get("PARTS_IN_FLIGHT") or _parts_in_flight(environ, config),
        # No bill to bound: the embedded AWS is free.
        "MAX_BYTES_IN_PROGRESS": environ.get("MAX_BYTES_IN_PROGRESS") or "0",
        "AWS_ENDPOINT_URL": endpoint,
        **CREDENTIALS,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    merged = inherited | local
    Settings.from_env(merged)
    return merged


def _parts_in_flight(environ: Mapping[str, str], config: LocalConfig) -> str:
    """Return a window of parts with which no worker is idle, and no other job waits long.

    Workers take several small parts at once.
    """
    if has_small_parts(Settings.from_env(environ)):
        return str(SMALL_PARTS_AT_ONCE * max(config.workers, 2))
    return str(config.workers + 1)


def has_small_parts(settings: Settings) -> bool:
    """Return whether parts are small (unless the file is so large that it has MAX_PARTS)."""
    return settings.part_bytes <= SMALL_PART_BYTES and not settings.parts_per_job


def _parts_per_job(environ: Mapping[str, str], config: LocalConfig) -> str:
    """Return how many parts keep all workers busy; empty if the size of a part is given.

    A folder on this machine is read as fast as the workers can sum. So once all workers are busy,
    another part costs more than it gains. From a bucket, many parts are read at the same time.
    """
    if environ.get("PART_BYTES") or config.folder is None:
        return ""
    return str(PARTS_PER_WORKER * config.workers)
