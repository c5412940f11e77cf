"""Names of files in the service, as people read them."""

from chalicelib.engine.wording import visible

UPLOADS = "uploads"


def shown(name: str) -> str:
    """Return a name without control characters, and that of an upload without what is random."""
    folder, *others = name.split("/")
    is_upload = folder == UPLOADS and len(others) > 1
    return visible(f"{UPLOADS}/…/{others[-1]}" if is_upload else name)
