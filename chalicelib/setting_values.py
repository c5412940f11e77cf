"""Reads the values of settings. All functions raise BadSetting with the name of a wrong one."""

import re
from collections.abc import Mapping

from chalicelib import names
from chalicelib.errors import CsvsumError

# As browsers send it: in small letters, and without the port that its scheme has by default.
ORIGIN = re.compile(
    r"(?!http://.*:80$)(?!https://.*:443$)"
    r"[a-z][a-z0-9+.-]*://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?"
)


class BadSetting(CsvsumError):
    """A variable of the environment has a wrong value."""

    code = "bad_setting"


def require(wrong: str | None) -> None:
    """Raise BadSetting with the sentence that says what is wrong, if there is one."""
    if wrong:
        raise BadSetting(wrong)


def read_switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name) or "false"
    if text in ("true", "false"):
        return text == "true"
    raise BadSetting(f"{name} must be true or false, not {text!r}.")


def read_on_off(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name) or ("on" if default else "off")
    if text in ("on", "off"):
        return text == "on"
    raise BadSetting(f"{name} must be on or off, not {text!r}.")


def read_bus(name: str) -> str:
    """Return the name of a bus; an empty one for ``off``."""
    return "" if name == "off" else name


def read_names(text: str) -> frozenset[str]:
    return frozenset(name for each in text.split(",") if (name := each.strip()))


def read_namespace(value: str) -> names.Namespace:
    if value in tuple(names.Namespace):
        return names.Namespace(value)
    raise BadSetting(f"BUCKET_NAMESPACE must be global or account-regional, not {value!r}.")


def read_source(value: str) -> str:
    scheme, _, rest = value.partition("://")
    bucket = rest.partition("/")[0]
    if (scheme == "file" and rest.startswith("/")) or (
        scheme == "s3" and names.is_name(bucket, names.OLD_BUCKET)
    ):
        return value
    raise BadSetting(f"CSV_SOURCE must be file:///folder or s3://bucket/prefix, not {value!r}.")


def read_concurrency(environ: Mapping[str, str], name: str) -> int | None:
    """Read how many functions a queue may call at a time; None for 0, which sets no bound.

    The bounds are those of AWS:
    https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
    """
    text = environ.get(name) or "0"
    return None if text == "0" else read_int(environ, name, 2, 1000, minimum=2)


def read_int(
    environ: Mapping[str, str], name: str, default: int, maximum: int, minimum: int = 1
) -> int:
    """Read an integer from ``minimum`` to ``maximum``. Raise BadSetting for anything else."""
    text = environ.get(name) or str(default)
    if (
        text.isascii()
        and text.isdigit()
        and len(text) <= len(str(maximum))
        and minimum <= int(text) <= maximum
    ):
        return int(text)
    raise BadSetting(f"{name} must be a whole number from {minimum} to {maximum}, not {text!r}.")


def read_level(value: str) -> str:
    if value.upper() in ("DEBUG", "INFO", "WARNING", "ERROR"):
        return value.upper()
    raise BadSetting(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {value!r}.")


def read_origins(text: str) -> frozenset[str]:
    """Read origins that commas separate. Raise BadSetting for another text."""
    origins = read_names(text)
    for origin in origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            raise BadSetting(
                "CORS_ORIGINS must be * or origins like https://example.com, separated by commas, "
                f"not {origin!r}."
            )
    return origins
