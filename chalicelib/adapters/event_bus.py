"""The bus of events: EventBridge."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.clients import Lazy, make_events
from chalicelib.jobs.announcing import DETAIL_TYPE, SOURCE
from chalicelib.jobs.outcome_ports import Announcement

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef as Entry

TRIES = 2


class EventBus:
    """An ``outcome_ports.Bus``: a bus of EventBridge in the account and region of the service."""

    def __init__(self, name: str, events: "Callable[[], EventBridgeClient] | None" = None) -> None:
        self.name = name
        self.events = events or Lazy(make_events)

    @translate_aws_errors("The bus of events")
    def send(self, events: Sequence[Announcement]) -> Mapping[int, str]:
        """See ``outcome_ports.Bus``. A call may accept only some events; it then raises nothing.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
        """
        waiting, refused = dict(enumerate(map(self._entry, events))), dict[int, str]()
        for _ in range(TRIES):
            refused = self._refused(waiting)
            waiting = {place: waiting[place] for place in refused}
            if not waiting:
                break
        return refused

    def _refused(self, entries: "Mapping[int, Entry]") -> dict[int, str]:
        """Send entries, and return the codes of those that were refused, by their places."""
        answer = self.events().put_events(Entries=list(entries.values()))
        if not answer["FailedEntryCount"]:
            return {}
        results = zip(entries, answer["Entries"], strict=True)
        return {place: each["ErrorCode"] for place, each in results if "ErrorCode" in each}

    def _entry(self, event: Announcement) -> "Entry":
        return {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(event, ensure_ascii=False),
        }
