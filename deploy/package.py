"""One zip and one template for a stage: what `chalice package` makes, sealed and finished."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.artefact import seal
from deploy.project import chalice, lay_out
from deploy.stage import Stage
from deploy.template import finished, to_merge


@dataclass(frozen=True, slots=True)
class Package:
    template: Path
    code: Path


def package(stage: Stage, environment: Mapping[str, str], more: Sequence[Path] = ()) -> Package:
    """Make build/<stage>/package/sam.json and deployment.zip; ``more``: files to merge into the template as well."""
    project, out = lay_out(stage, {}), stage.folder / "package"
    made = Package(out / "sam.json", out / "deployment.zip")
    merge = stage.folder / "merge.json"
    merge.write_text(json.dumps(to_merge(stage, more), indent=2))
    chalice(
        project,
        "package",
        "--stage",
        stage.name,
        "--merge-template",
        str(merge),
        str(out),
        environment=environment,
    )
    made.template.write_text(
        json.dumps(finished(json.loads(made.template.read_text())), indent=2) + "\n"
    )
    shutil.copyfile(sealed_code(project, made.code), made.code)
    return made


def sealed_code(project: Path, packed: Path) -> Path:
    """Seal the zip that Chalice keeps, of which ``packed`` is a copy; `chalice deploy` takes the one that it finds kept."""
    for kept in (project / ".chalice" / "deployments").glob("*.zip"):
        if (
            kept.stat().st_size == packed.stat().st_size
            and kept.read_bytes() == packed.read_bytes()
        ):
            seal(kept, project / "requirements.txt")
            return kept
    raise AssertionError("chalice package copies its zip from .chalice/deployments")
