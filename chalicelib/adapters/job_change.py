"""Changes of a job's item, as conditional writes: alone, or in a transaction with a count."""

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.client_counts import COUNTED_IN
from chalicelib.adapters.job_item import Item, key_of, moment, number, string
from chalicelib.jobs.job import ALLOWED_FROM, Job, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, UpdateTypeDef

# A job that counts to its client leaves progress in a transaction, or not at all.
NOT_COUNTED = f" AND attribute_not_exists({COUNTED_IN})"


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

    def update(
        self, table: str, job_id: str, now: datetime, alone: bool = False
    ) -> "UpdateTypeDef":
        """Return an update that is refused for an illegal status, and for an expired job.

        ``alone``: it is in no transaction, and also refused if it ends a job that counts.
        """
        values = self._values()
        states = [string(state) for state in sorted(ALLOWED_FROM[self.to])]
        from_states = {f":from{index}": state for index, state in enumerate(states)}
        return {
            "TableName": table,
            "Key": key_of(job_id),
            "UpdateExpression": self._expression(),
            # This also refuses an item that does not exist.
            "ConditionExpression": f"#status IN ({', '.join(from_states)}) AND expires_at > :now"
            + (NOT_COUNTED if alone and self.to.is_final else ""),
            "ExpressionAttributeNames": {f"#{name}": name for name in values},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in values.items()},
                **from_states,
                ":now": number(int(now.timestamp())),
            },
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
            # Out of the sparse index, and so of the counter; or in another shard of it.
            removed = [each for each in ("in_progress", COUNTED_IN) if each not in self.sets]
            clauses.append(f"REMOVE {', '.join(removed)}")
        return " ".join(clauses)


def advance(table: str, job: Job, now: datetime, attempts: int) -> "UpdateTypeDef":
    """Return an update of ``updated_at``, refused if the job has changed since it was read.

    It counts so many more attempts.
    """
    return {
        "TableName": table,
        "Key": key_of(job.id),
        "UpdateExpression": "SET updated_at = :now ADD attempts :more",
        "ConditionExpression": "#status = :status AND updated_at = :seen",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":status": string(job.status),
            ":seen": moment(job.updated_at),
            ":now": moment(now),
            ":more": number(attempts),
        },
    }


def unsent_removal(table: str, job_id: str, alone: bool = False) -> "DeleteTypeDef":
    """Return the deletion of a job that is still queued; ``alone`` as for an update."""
    return {
        "TableName": table,
        "Key": key_of(job_id),
        "ConditionExpression": "#status = :queued" + (NOT_COUNTED if alone else ""),
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":queued": string(Status.QUEUED)},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
