"""The local service: the embedded AWS, the API, workers and the scheduler."""

import shutil
import time
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.job_index import InProgressIndex
from chalicelib.settings import Settings
from infra.parameters import parameters_of
from local.children import Child, Children
from local.config import LocalConfig, UsageError, child_environment
from local.embedded_aws import EmbeddedAws
from local.resources import client
from local.run_folder import RUN, VARIABLE, deaths
from local.state import State

API_SECONDS = 30
COUNTER_SECONDS = 2


class LocalService:
    """``start`` starts the service, and ``watch`` replaces processes until something stops it."""

    def __init__(self, config: LocalConfig, environ: Mapping[str, str]) -> None:
        self.config = config
        state = State(config.state)
        self._run_folder = state.new_path(RUN)
        parameters = parameters_of(Settings.from_env(environ))
        parameters["VisibilitySeconds"] = str(config.visibility_seconds)
        self._aws = EmbeddedAws(state, parameters, f"http://{config.address}")
        self.endpoint = self._aws.endpoint
        environment = child_environment(environ, config, self.endpoint)
        self._environment = environment | {VARIABLE: str(self._run_folder)}
        self._children = Children(deaths(self._run_folder).touch)

    def start(self) -> None:
        """Start all processes, and return once the API answers. Raises UsageError."""
        self._children.start(self._aws.child)
        api = self._start("the API", "local.api", self.config.host, str(self.config.port))
        for number in range(self.config.workers):
            self._start(f"worker {number + 1}", "local.worker")
        self._start("the scheduler", "local.scheduler")
        self._wait_for(api)

    def _start(self, name: str, *arguments: str) -> Child:
        child = Child(name, arguments, self._environment)
        self._children.start(child)
        return child

    def watch(self) -> None:
        """Replace processes that end, for ever."""
        while True:
            time.sleep(0.5)
            self._children.replace_dead()

    def stop(self) -> None:
        """Stop all processes; the embedded AWS, which saves its state, comes last."""
        self._children.stop()
        shutil.rmtree(self._run_folder, ignore_errors=True)

    def in_progress(self) -> int | None:
        """Return how many jobs are in progress; None if the embedded AWS does not say."""
        table = Settings.from_env(self._environment).table
        # Not by the API: it may want a token.
        index = InProgressIndex(table, lambda: client("dynamodb", self.endpoint))
        try:
            return index.count()
        except (BotoCoreError, ClientError):
            return None

    def _ask_for_counter(self) -> Any:
        url = f"http://{self.config.address}/storage/get_counter"
        return urllib.request.urlopen(url, timeout=COUNTER_SECONDS)  # nosec B310  # always http

    def _answers(self) -> bool:
        try:
            self._ask_for_counter().close()
        except HTTPError as refused:
            return refused.code == HTTPStatus.UNAUTHORIZED
        except OSError:
            return False
        return True

    def _wait_for(self, api: Child) -> None:
        deadline = time.monotonic() + API_SECONDS
        while api.is_alive and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        raise UsageError("The API did not start; its output above says why.")
