"""The errors of a file's bytes. This part of the error tree ships with the engine.

``retryable`` decides what a worker does: False fails the job at once, True leaves the message to
be redelivered.
"""

from dataclasses import dataclass, replace


class CsvsumError(Exception):
    """The base: ``code`` is for programs, ``detail`` is one sentence for people."""

    code = "error"
    retryable = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a CSV, and where: at the first byte of the offending cell or row.

    ``line`` and ``byte`` (0-based) count from the start of what was being read, until ``moved``
    makes them count from the start of the file. ``column`` is a 0-based index.
    """

    code: str
    message: str
    line: int | None = None
    byte: int | None = None
    column: int | None = None

    def moved(self, lines: int, by: int) -> "Fault":
        """Return the same fault, counted from ``lines`` lines and ``by`` bytes earlier."""
        return replace(
            self,
            line=None if self.line is None else self.line + lines,
            byte=None if self.byte is None else self.byte + by,
        )


class FileError(CsvsumError):
    code = "bad_file"


class BadCsv(FileError):
    """Holds a ``Fault``. Inside the engine its position counts from the bytes being read."""

    code = "bad_csv"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class BadGzip(FileError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
