"""The last deployments of a stage, each a Chalice project with its zip, in the code bucket.

A release has code, settings and policies, so that deploying it anew brings all of them back. The
resources stay as they are.
"""

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.aws import Aws
from deploy.inventory import live_function
from deploy.stage import Stage, UsageError

KEPT = 5
TAG = "csvsum-release"
FOLDERS = ("chalicelib", ".chalice/policies", ".chalice/deployments")
FILES = ("app.py", "requirements.txt", ".chalice/config.json")


def new_id() -> str:
    """Return a name for a release; later ones are greater."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def tagged(stage: Stage, release: str) -> Stage:
    """Return the stage with a tag for its functions that says which release they have."""
    own = {**stage.config["stages"][stage.name], "tags": {TAG: release, "csvsum": stage.prefix}}
    stages = {**stage.config["stages"], stage.name: own}
    return Stage(stage.name, {**stage.config, "stages": stages}, stage.changes)


def bucket_of(stage: Stage, aws: Aws) -> str:
    return f"{stage.prefix}-code-{aws.identity.account}-{aws.identity.region}"


def keep(stage: Stage, aws: Aws, project: Path, release: str) -> None:
    """Store a project that was deployed, and remove all but the last releases."""
    packed = stage.folder / f"{release}.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for path in _files(project):
            file.write(path, path.relative_to(project))
    aws.upload(bucket_of(stage, aws), packed.name, packed)
    packed.unlink()
    remove(stage, aws, stored(stage, aws)[:-KEPT])


def _files(project: Path) -> list[Path]:
    found = [project / name for name in FILES]
    for folder in FOLDERS:
        found += (path for path in (project / folder).rglob("*") if path.is_file())
    return found


def stored(stage: Stage, aws: Aws) -> list[str]:
    """Return the releases that are kept, oldest first."""
    bucket = bucket_of(stage, aws)
    if not aws.has_bucket(bucket):
        return []
    objects = aws.own_s3().list_objects_v2(Bucket=bucket).get("Contents", [])
    return sorted(each["Key"].removesuffix(".zip") for each in objects)


def live(stage: Stage, aws: Aws) -> str:
    """Return the newest release that a function has: after a failure they may differ."""
    functions = (live_function(stage, aws, function) for function in stage.functions)
    return max(((each or {}).get("Tags", {}).get(TAG, "") for each in functions), default="")


def before(stage: Stage, aws: Aws) -> str:
    """Return the release to roll back to. Raises UsageError if there is none."""
    now = live(stage, aws)
    if not now:
        raise UsageError(f"{stage.prefix} was not deployed by make deploy: no release is known.")
    older = [release for release in stored(stage, aws) if release < now]
    if not older:
        raise UsageError(f"There is no release before {now}; the last {KEPT} are kept.")
    return older[-1]


def is_complete(stage: Stage, aws: Aws) -> bool:
    """Return whether the last deployment that changed a function came to its end."""
    return live(stage, aws) in stored(stage, aws)


def remove(stage: Stage, aws: Aws, releases: list[str]) -> None:
    for release in releases:
        aws.own_s3().delete_object(Bucket=bucket_of(stage, aws), Key=f"{release}.zip")


def fetch(stage: Stage, aws: Aws, release: str) -> Path:
    """Unpack a release into build/<stage>/release and return this folder."""
    folder, packed = stage.folder / "release", stage.folder / f"{release}.zip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    aws.own_s3().download_file(bucket_of(stage, aws), packed.name, str(packed))
    with zipfile.ZipFile(packed) as file:
        file.extractall(folder)
    packed.unlink()
    return folder
