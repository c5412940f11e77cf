"""A fresh copy of the project, in which commands run as a user types them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.stage import ROOT

#: What a clone has that the commands need: neither what was built nor what was deployed.
PARTS = ("app.py", "requirements.txt", "chalicelib", "deploy", "infra", "smoke", "data", ".chalice")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "deployed", "deployments")


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str


class Clone:
    """``environment``: what the user's shell has set, besides the usual."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        self.environment = {**usual, **pip, "AWS_EC2_METADATA_DISABLED": "true", **environment}
        for name in PARTS:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
            else:
                shutil.copy(ROOT / name, folder / name)

    def chalice(self, *arguments: str, text: str = "") -> Ended:
        return self.run(str(Path(sys.executable).with_name("chalice")), *arguments, text=text)

    def deploy(self, *arguments: str) -> Ended:
        """What `make deploy` and its like start."""
        return self.run(sys.executable, "-m", "deploy", *arguments)

    def smoke(self, stage: str) -> str:
        """What `make smoke` prints last: the sums, or what is wrong."""
        url = self.deploy("url", stage).out.strip()
        given = ("--base-url", url, "--prefix", f"csvsum-{stage}", "--csv", "sample.csv")
        ended = self.run(sys.executable, "-m", "smoke", *given)
        return (ended.out + ended.err).splitlines()[-1]

    def run(self, *command: str, text: str = "") -> Ended:
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)
