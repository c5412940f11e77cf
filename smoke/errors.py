"""How a step ends that does not pass."""


class Skipped(Exception):
    """The step cannot be done here; the text says why."""


class Failed(Exception):
    """The service did something else than it should; the text says what was seen."""
