"""Limits on what is read, so that no file can exhaust a worker's memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum bytes of a row (with its line end), fields of a row, and columns to sum."""

    max_row_bytes: int = 64 * 1024 * 1024
    # A row of 64 MiB could have as many fields, which would take gigabytes as Python strings.
    max_fields: int = 2_000_000
    max_sums: int = 200_000


LIMITS = Limits()
