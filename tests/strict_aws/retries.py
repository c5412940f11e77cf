"""botocore's retries on the simulated clock: the delays it asks for pass there, unslept."""

from collections.abc import Callable
from typing import Any

from botocore.retries import standard

from tests.strict_aws.clock import Clock


class _Registrar:
    """Stands in for the client while botocore registers its retry handler on it."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self.meta = self
        self.events = self
        self.service_model = client.meta.service_model
        self._events = client.meta.events
        self._clock = clock

    def register(
        self, event: str, handler: Callable[..., Any], unique_id: str | None = None
    ) -> None:
        waiting = event.startswith("needs-retry")
        used = self._on_the_clock(handler) if waiting else handler
        self._events.register(event, used, unique_id=unique_id)

    def _on_the_clock(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def needs_retry(**context: Any) -> float | None:
            delay = handler(**context)
            if delay is None or delay is False:
                return None
            self._clock.advance(delay)
            return 0.0

        return needs_retry


def retry_on_the_clock(client: Any, clock: Clock) -> None:
    """Keep the number of attempts that the client was configured with.

    Raises ValueError for the legacy mode, which would sleep.
    """
    retries = client.meta.config.retries or {}
    if retries.get("mode") not in ("standard", "adaptive"):
        raise ValueError("the stand-in needs clients whose retries have the mode 'standard'")
    name = client.meta.service_model.service_id.hyphenize()
    client.meta.events.unregister(f"needs-retry.{name}", unique_id=f"retry-config-{name}")
    registrar: Any = _Registrar(client, clock)
    standard.register_retry_handler(registrar, retries.get("total_max_attempts"))
