"""python -m local (or `make run`): start the service, keep it running, stop it on Ctrl-C or SIGTERM."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from types import FrameType
from urllib.error import URLError

from chalicelib.settings import BadSetting
from local.config import (
    HOST,
    LocalConfig,
    UsageError,
    child_environment,
    require_free,
    stack_parameters,
)

API_SECONDS = 30
STOP_SECONDS = 5
RESTART_PAUSE = 0.5


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


class Children:
    """The processes of the service by what they do; each that ends is started again."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.commands: dict[str, list[str]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        self.commands[name] = [sys.executable, "-m", *arguments]
        # A session of its own: Ctrl-C reaches only the supervisor, which stops the others in order.
        self.running[name] = subprocess.Popen(
            self.commands[name], env=dict(self.environment), start_new_session=True
        )

    def replace_dead(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                print(f"{name} ended ({process.returncode}); starting another one", flush=True)
                time.sleep(RESTART_PAUSE)
                self.start(name, *self.commands[name][2:])

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        config = LocalConfig.from_env(os.environ)
        require_free(config.port)
        environment = child_environment(os.environ, config, "")
        _serve(config, environment)
    except (UsageError, BadSetting) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    except Stopped:
        print("Stopped.", flush=True)
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _serve(config: LocalConfig, environment: dict[str, str]) -> None:
    # Imported late: moto takes a second, and a wrong setting should be told at once.
    from local.embedded_aws import EmbeddedAws

    aws = EmbeddedAws()
    environment["AWS_ENDPOINT_URL"] = aws.endpoint
    children = Children(environment)
    try:
        aws.start()
        children.start("the API", "local.api", str(config.port))
        aws.create_resources(stack_parameters(environment, config))
        for number in range(config.workers):
            children.start(f"worker {number + 1}", "local.worker")
        children.start("the scheduler", "local.scheduler")
        _wait_for_api(config.port, children)
        print(_welcome(config, aws.endpoint), flush=True)
        while True:
            time.sleep(0.5)
            children.replace_dead()
    finally:
        children.stop()
        aws.stop()


def _wait_for_api(port: int, children: Children) -> None:
    deadline = time.monotonic() + API_SECONDS
    while time.monotonic() < deadline:
        if children.running["the API"].poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/storage/get_counter", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise UsageError("The API did not start; what it printed above says why.")


def _welcome(config: LocalConfig, endpoint: str) -> str:
    base = f"http://{HOST}:{config.port}"
    return f"""Ready: {base}
  {config.workers} workers, files from {config.source.removeprefix("file://")}, embedded AWS at {endpoint}. Ctrl-C stops everything. Try:
  curl {base}/csv_name=sample.csv
  curl {base}/storage/get_counter
  curl {base}/storage/get_json/<the id>"""


if __name__ == "__main__":
    sys.exit(main())
