"""What the service logs, as the lines that are written."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.jobs.events import JsonLines

LogLines = list[dict[str, Any]]


class LineHandler(logging.Handler):
    """Keeps the members of each line."""

    def __init__(self, formatter: JsonLines) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: LogLines = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@contextmanager
def captured_log(
    level: int = logging.INFO, formatter: JsonLines | None = None
) -> Iterator[LogLines]:
    """Collect the lines that the service logs meanwhile."""
    logger, handler = logging.getLogger("csvsum"), LineHandler(formatter or JsonLines())
    level_before = logger.level
    logger.setLevel(level)
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level_before)
