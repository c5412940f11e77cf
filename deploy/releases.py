"""The last deployments of a stage, each a Chalice project with its zip, in the code bucket.

A release has code, settings and policies, so that deploying it anew brings all of them back. The
resources stay as they are.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.names import fill_in
from deploy.aws import Aws
from deploy.inventory import live_function
from deploy.stage import Stage, UsageError

KEPT = 5
TAG = "csvsum-release"


def new_id() -> str:
    """Return a name for a release; later ones are greater."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def tagged(stage: Stage, release: str) -> Stage:
    """Return the stage with a tag for its functions that says which release they have."""
    return stage.with_own(tags={TAG: release, "csvsum": stage.prefix})


def bucket_of(stage: Stage, aws: Aws) -> str:
    name = f"{stage.prefix}-code-{{account}}-{{region}}"
    namespace = stage.settings.bucket_namespace
    return fill_in(name, namespace, aws.identity.account, aws.identity.region)


def _bucket(stage: Stage, aws: Aws) -> Any:
    return aws.own_bucket(bucket_of(stage, aws))


def keep(stage: Stage, aws: Aws, project: Path, release: str) -> None:
    """Store a project that was deployed, and remove all but the last releases."""
    packed = Path(shutil.make_archive(str(stage.folder / release), "zip", project))
    _bucket(stage, aws).upload_file(str(packed), packed.name)
    packed.unlink()
    remove(stage, aws, stored(stage, aws)[:-KEPT])


def stored(stage: Stage, aws: Aws) -> list[str]:
    """Return the releases that are kept, oldest first."""
    if not aws.has_bucket(bucket_of(stage, aws)):
        return []
    return sorted(each.key.removesuffix(".zip") for each in _bucket(stage, aws).objects.all())


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
        _bucket(stage, aws).Object(f"{release}.zip").delete()


def fetch(stage: Stage, aws: Aws, release: str) -> Path:
    """Unpack a release into build/<stage>/release and return this folder."""
    folder, packed = stage.folder / "release", stage.folder / f"{release}.zip"
    shutil.rmtree(folder, ignore_errors=True)
    stage.folder.mkdir(parents=True, exist_ok=True)
    _bucket(stage, aws).download_file(packed.name, str(packed))
    shutil.unpack_archive(packed, folder)
    packed.unlink()
    return folder
