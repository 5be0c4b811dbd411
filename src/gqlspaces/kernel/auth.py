"""Who is asking, and what they may do: built once per request, carried by every read and write."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gqlspaces.kernel.errors import Forbidden


class Scope(StrEnum):
    """What a key may be used for."""

    SPACE_READ = "space:read"
    SPACE_WRITE = "space:write"
    JOB_WORK = "job:work"
    EVENT_READ = "event:read"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller, limited to one environment and maybe to some namespaces.

    ``namespaces`` is None for a key that sees the whole environment; otherwise it sees only
    Spaces, and what belongs to them, whose effective namespace is in the set.
    """

    environment_id: str
    key_id: str
    scopes: frozenset[Scope] = ALL_SCOPES
    namespaces: frozenset[str] | None = None
    expires_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Tell whether the caller has the scope; ``admin`` stands for all of them."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise Forbidden unless the caller has the scope."""
        if not self.may(scope):
            msg = f"This key lacks the scope {scope.value!r}."
            raise Forbidden(msg)

    def sees(self, namespace: str | None) -> bool:
        """Tell whether something of this namespace is visible at all."""
        return self.namespaces is None or namespace in self.namespaces
