"""The Chalice project of one stage, laid out under build/: clean copies of what ships, and a configuration in which every
name is filled in. `chalice package` and `chalice deploy` run there, so that both ship the same artefact."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.stage import CHALICE, ROOT, Stage, UsageError, filled, policy_of

# Byte code of this machine's runs would make each zip another one; the artefact gets its own.
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc")


def lay_out(stage: Stage, identity: Mapping[str, str]) -> Path:
    """The project folder. ``identity`` fills in ${AWS::AccountId} and its like; what it does not have stays as it is."""
    project = stage.folder / "project"
    kept = project / ".chalice" / "deployments"  # Chalice's cache of packages, by content
    kept.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(project / "chalicelib", ignore_errors=True)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=NOT_SHIPPED)
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, project / name)
    _configure(stage, project / ".chalice", identity)
    return project


def _configure(stage: Stage, folder: Path, identity: Mapping[str, str]) -> None:
    (folder / "config.json").write_text(json.dumps(filled(stage.config, identity), indent=2))
    for function, settings in stage.functions.items():
        policy = filled(policy_of(stage, function), identity)
        (folder / settings["iam_policy_file"]).write_text(json.dumps(policy, indent=2))
    # Chalice's record of what it deployed stays with the real project.
    (CHALICE / "deployed").mkdir(exist_ok=True)
    link = folder / "deployed"
    if not link.is_symlink():
        link.symlink_to(os.path.relpath(CHALICE / "deployed", folder))


def chalice(project: Path, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run Chalice in the project and return what it printed. Raises UsageError with its last words when it fails."""
    command: Sequence[str] = [
        sys.executable,
        "-c",
        "from chalice.cli import main; main()",
        "--project-dir",
        str(project),
        *arguments,
    ]
    quiet = {
        "PYTHONDONTWRITEBYTECODE": "1"
    }  # the app is imported, and must leave nothing in the project
    ended = subprocess.run(
        command, env={**environment, **quiet}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise UsageError(f"chalice {arguments[0]} failed:\n{ended.stdout}{ended.stderr}")
    return ended.stdout
