"""What can be wrong with a file's bytes. This part of the error tree ships with the engine.

``retryable`` decides what a worker does: False fails the job at once, True leaves the message to be delivered again.
"""

from dataclasses import dataclass, replace


class CsvsumError(Exception):
    """The base: ``code`` is for machines, ``detail`` is one sentence for people."""

    code = "error"
    retryable = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a CSV and where: the first byte of the offending cell or row.

    ``line`` (0-based), ``byte`` and ``column`` (0-based index) count from the start of whatever was being read, until
    ``moved`` puts them into the whole file.
    """

    code: str
    message: str
    line: int | None = None
    byte: int | None = None
    column: int | None = None

    def moved(self, lines: int, by: int) -> "Fault":
        """The same fault seen from ``lines`` lines and ``by`` bytes further in front."""
        return replace(
            self,
            line=None if self.line is None else self.line + lines,
            byte=None if self.byte is None else self.byte + by,
        )


class FileError(CsvsumError):
    code = "bad_file"


class BadCsv(FileError):
    """Raised with a ``Fault`` whose positions are those of the whole file, or (inside a reader) of the bytes at hand."""

    code = "bad_csv"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class BadGzip(FileError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
