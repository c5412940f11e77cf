"""Looks at the source at the start: does it exist, and has it a CSV file?"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from botocore.exceptions import ClientError

from local.config import LocalConfig
from local.resources import client

# A source may have millions of files; one of the first is enough for an example.
LOOK_AT_FILES = 1000
CSV_NAMES = (".csv", ".csv.gz", ".csv.zst", ".csv.xz", ".csv.bz2", ".zip", ".tsv")
FAVOURITE = "sample.csv"


@dataclass(frozen=True, slots=True)
class Survey:
    """The name of a CSV file in the source, and what is probably wrong with the source."""

    example: str | None = None
    warning: str | None = None


def survey(config: LocalConfig, endpoint: str) -> Survey:
    """Look at the folder, or at the bucket of the embedded AWS."""
    if config.folder is not None:
        return _of_folder(config.folder)
    bucket, _, prefix = config.source.removeprefix("s3://").partition("/")
    return _of_bucket(bucket, f"{prefix.strip('/')}/".lstrip("/"), endpoint)


def _of_folder(folder: Path) -> Survey:
    try:
        entries = list(islice(folder.iterdir(), LOOK_AT_FILES))
    except OSError as error:
        return Survey(warning=f"{folder} cannot be read: {error.strerror}. Let this user read it.")
    if not entries:
        return Survey(warning=f"{folder} is empty. Copy files into it; if it is a mount, mount it.")
    return Survey(_example(entry.name for entry in entries if entry.is_file()))


def _of_bucket(bucket: str, prefix: str, endpoint: str) -> Survey:
    s3 = client("s3", endpoint)
    try:
        reply = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=LOOK_AT_FILES)
    except ClientError:
        return Survey(warning=f"the embedded AWS has no bucket {bucket}; create it there first.")
    names = (each["Key"].removeprefix(prefix) for each in reply.get("Contents", []))
    return Survey(_example(names))


def _example(names: Iterable[str]) -> str | None:
    found = sorted(name for name in names if name.lower().endswith(CSV_NAMES))
    return FAVOURITE if FAVOURITE in found else next(iter(found), None)
