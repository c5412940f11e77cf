"""A change of a job's item, as arguments of one conditional update."""

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.job_item import Item, key_of, number, string
from chalicelib.jobs.job import ALLOWED_FROM, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


class Change:
    """Move a job to the status ``to`` and set attributes.

    Those in ``once`` are set only where they are not set yet; ``adds`` are members for sets.
    """

    def __init__(
        self,
        to: Status,
        sets: "Item | None" = None,
        once: "Item | None" = None,
        adds: "Item | None" = None,
    ) -> None:
        self.to = to
        self.sets = sets or {}
        self.once = once or {}
        self.adds = adds or {}

    def arguments(self, table: str, job_id: str, now: datetime) -> "UpdateItemInputTypeDef":
        """Return an update that is refused for an illegal status, and for an expired job."""
        values = self._values()
        states = [string(state) for state in sorted(ALLOWED_FROM[self.to])]
        from_states = {f":from{index}": state for index, state in enumerate(states)}
        return {
            "TableName": table,
            "Key": key_of(job_id),
            "UpdateExpression": self._expression(),
            # This also refuses an item that does not exist.
            "ConditionExpression": f"#status IN ({', '.join(from_states)}) AND expires_at > :now",
            "ExpressionAttributeNames": {f"#{name}": name for name in values},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in values.items()},
                **from_states,
                ":now": number(int(now.timestamp())),
            },
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _values(self) -> Item:
        return {"status": string(self.to), **self.sets, **self.once, **self.adds}

    def _expression(self) -> str:
        assigned = [f"#{name} = :{name}" for name in ("status", *self.sets)]
        assigned += [f"#{name} = if_not_exists(#{name}, :{name})" for name in self.once]
        clauses = [f"SET {', '.join(assigned)}"]
        if self.adds:
            clauses.append(f"ADD {', '.join(f'#{name} :{name}' for name in self.adds)}")
        if self.to.is_final:
            clauses.append("REMOVE in_progress")  # out of the sparse index, and so of the counter
        return " ".join(clauses)
