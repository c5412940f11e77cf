"""Finds misspelled settings, which would otherwise have no effect and cause no error."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from chalicelib.settings import VARIABLES
from local.config import LOCAL_VARIABLES, UsageError

KNOWN = (*LOCAL_VARIABLES, *VARIABLES)
# Most variables of the environment belong to other programs: only near misses are mistakes.
NEAR = 0.85


def require_known(
    given: Sequence[str], environ: Mapping[str, str], also: Sequence[str] = ()
) -> None:
    """Raise UsageError for a setting that is misspelled.

    Every name ``given`` on the command line must be known, or one of ``also``. A name in the
    environment is refused only if it looks like a known one.
    """
    for name in given:
        known = (*also, *KNOWN)
        if name not in known:
            near = get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise UsageError(f"{name}: there is no such setting; {hint}")
    for name in environ:
        near = [] if name in KNOWN else get_close_matches(name, KNOWN, n=1, cutoff=NEAR)
        if near:
            raise UsageError(f"{name}: there is no such setting; did you mean {near[0]}?")
