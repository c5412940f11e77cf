"""The clients of the service, and whose jobs they see. Pure Python."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a client may see."""

    #: Its own jobs.
    CLIENT = "client"
    #: Its own jobs, and the names of the files in the source.
    LISTER = "lister"
    #: All jobs, and these names.
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request. ``name`` is also the owner of the jobs that it submits."""

    name: str
    role: Role = Role.CLIENT
    #: When its credentials expire, if they do. It does not make another client.
    expires_at: datetime | None = field(default=None, compare=False)

    def may_see(self, owner: str) -> bool:
        """Return whether the jobs of ``owner`` exist for this client."""
        return self.role is Role.ADMIN or owner == self.name

    @property
    def may_list(self) -> bool:
        """Whether the client may list the files of the source."""
        return self.role in (Role.LISTER, Role.ADMIN)


#: Everybody, where requests are not authenticated. It also owns the jobs that have no client.
OPEN = Client("open", Role.ADMIN)
