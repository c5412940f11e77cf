"""The Chalice project of one stage under build/: clean copies of what ships, and its settings.

Chalice's commands run there as they would in the root of the project, but find the zip normalized
and the changes of ``SET`` in the configuration.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalice.deploy.packager import DependencyBuilder, LambdaDeploymentPackager
from chalice.package import TemplateDeepMerger
from chalice.utils import UI, OSUtils

from chalicelib.settings import Settings
from deploy import policies
from deploy.lambda_zip import is_normalized, normalize
from deploy.progress import Say
from deploy.stage import CHALICE, FUNCTIONS, INBOX, ROOT, Stage, UsageError
from infra.gateway_responses import for_template

# Byte code of this machine's runs would make each zip another one; the zip gets its own.
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc")


def lay_out(stage: Stage) -> Path:
    """Make the project folder of a stage and return it. Chalice's cache of zips in it stays."""
    project = stage.folder / "project"
    (project / ".chalice" / "deployments").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(project / "chalicelib", ignore_errors=True)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=NOT_SHIPPED)
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, project / name)
    (project / ".chalice" / "config.json").write_text(json.dumps(stage.config, indent=2))
    policies.write(stage, project / ".chalice")
    link_record(project)
    return project


def link_record(project: Path) -> None:
    """Let Chalice's record of what it deployed be the one of the real project."""
    (CHALICE / "deployed").mkdir(exist_ok=True)
    link = project / ".chalice" / "deployed"
    if not link.is_symlink():
        shutil.rmtree(link, ignore_errors=True)
        link.symlink_to(os.path.relpath(CHALICE / "deployed", link.parent))


def zip_of(stage: Stage, project: Path) -> Path:
    """Return where Chalice keeps the zip of a project. It uses the one that it finds there."""
    osutils, ui = OSUtils(), UI()
    architecture = stage.config["stages"][stage.name]["lambda_architecture"]
    packager = LambdaDeploymentPackager(osutils, DependencyBuilder(osutils), ui, architecture)
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return Path(packager.deployment_package_filename(str(project), runtime))


def build(stage: Stage, environment: Mapping[str, str], say: Say, *options: str) -> Path:
    """Package a stage with Chalice into build/<stage>/package. Returns the project folder."""
    project, out = lay_out(stage), stage.folder / "package"
    code = zip_of(stage, project)
    _remove_other_zips(code)
    say(f"Packaging for Python {sys.version_info.major}.{sys.version_info.minor}")
    arguments = ("package", "--stage", stage.name, *options, str(out))
    chalice(project, *arguments, environment=environment, say=say)
    normalize(code, project / "requirements.txt")
    shutil.copyfile(code, out / "deployment.zip")
    return project


def package(
    stage: Stage, environment: Mapping[str, str], say: Say, more: Sequence[Path] = ()
) -> Path:
    """Make a template, sam.json, and deployment.zip for CloudFormation. Returns their folder.

    ``more``: files to merge into the template, as infra/functions.json is.
    """
    merged: dict[str, Any] = {}
    inbox = (INBOX,) if stage.settings.inbox else ()
    for path in (FUNCTIONS, *inbox, *more):
        merged = TemplateDeepMerger().merge(json.loads(path.read_text()), merged)
    merged = TemplateDeepMerger().merge(api_of(stage.settings), merged)
    stage.folder.mkdir(parents=True, exist_ok=True)
    file = stage.folder / "merge.json"
    file.write_text(json.dumps(merged, indent=2))
    build(stage, environment, say, "--merge-template", str(file))
    return stage.folder / "package"


def request_limits(settings: Settings) -> dict[str, int]:
    """Return how many requests the API takes, by the names that templates have for the limits."""
    return {
        "ThrottlingRateLimit": settings.api_rate,
        "ThrottlingBurstLimit": settings.api_burst,
    }


def api_of(settings: Settings) -> dict[str, Any]:
    """Return the limits and the own replies of the API, to be merged into a template."""
    methods = {"ResourcePath": "/*", "HttpMethod": "*", **request_limits(settings)}
    properties = {"MethodSettings": [methods], "GatewayResponses": for_template()}
    return {"Resources": {"RestAPI": {"Properties": properties}}}


def _remove_other_zips(code: Path) -> None:
    """Remove old zips, and one that Chalice began and would take for complete."""
    for path in code.parent.iterdir():
        if path != code or not is_normalized(path):
            path.unlink()


def chalice(project: Path, *arguments: str, environment: Mapping[str, str], say: Say) -> None:
    """Run Chalice in a project and show its steps. Raises UsageError with its words on failure."""
    main = "import sys; from chalice.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", main, "--project-dir", str(project), *arguments]
    # The app is imported, and must leave nothing in the project.
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(
            command, env={**environment, **quiet}, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as running:
            for line in running.stdout or ():
                if not line.startswith(("  - ", "Resources deployed")):
                    say(f"  {line.rstrip()}")
        errors.seek(0)
        words = errors.read()
    if running.returncode:
        raise UsageError(
            f"chalice {arguments[0]} failed ({running.returncode}):\n{_last_words(words)}\n"
            "Correct that, and run the same command again: it continues with what exists."
        )


def _last_words(text: str) -> str:
    """Return what Chalice says of an error, without the traceback before it."""
    lines = text.splitlines()
    frames = [number for number, line in enumerate(lines) if line.startswith("  File ")]
    words = lines[frames[-1] + 1 :] if frames else lines
    # The code of a frame is indented; from Python 3.13 on it may have several lines.
    return "\n".join(line for line in words if line.strip() and not line.startswith("    "))
