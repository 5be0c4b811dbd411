"""Which events somebody asked for, and which of them the caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.log import Event
from gqlspaces.matching import ANY, EventPattern, topic_matches

MAX_PATTERNS = 100
MAX_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Sieve:
    """A filter bound to a caller: what passes was asked for and may be seen."""

    principal: Principal
    pattern: EventPattern
    space_id: str | None = None

    def passes(self, event: Event) -> bool:
        """Tell whether an event goes to this caller."""
        if self.space_id is not None and event.space_id != self.space_id:
            return False
        return self.principal.sees(event.namespace) and self.pattern.matches(event.view)


def make_sieve(principal: Principal, wanted: dict[str, Any]) -> Sieve:
    """Compile what an EventFilter says; raise BAD_USER_INPUT or FORBIDDEN_NAMESPACE."""
    for name in ("topics", "domains", "namespaces", "job"):
        _check_patterns(name, wanted.get(name))
    _refuse_foreign(principal, wanted.get("namespaces"))
    exact = {
        "domain": wanted.get("domains"),
        "payload.job": wanted.get("job"),
        "context.workbookId": wanted.get("workbook_id"),
        "context.sheetId": wanted.get("sheet_id"),
        "context.documentId": wanted.get("document_id"),
        "context.jobId": wanted.get("job_id"),
    }
    # A top-level key without a dot would match at any depth: the domain is an exact path.
    domains = exact.pop("domain")
    filters: list[Any] = [{key: value for key, value in exact.items() if value is not None}]
    where = wanted.get("where")
    filters += where if isinstance(where, list) else [where] if where is not None else []
    namespaces = wanted.get("namespaces")
    topics = wanted.get("topics")
    pattern = EventPattern(
        on=ANY if topics is None else topics,
        filters=filters,
        namespaces=[] if namespaces is None else [namespaces],
    )
    if domains is not None:
        pattern = _WithDomains(pattern, domains)
    return Sieve(principal, pattern, wanted.get("space_id"))


class _WithDomains(EventPattern):
    """A pattern that also asks for the event's own domain."""

    def __init__(self, pattern: EventPattern, domains: Sequence[str]) -> None:
        self._pattern = pattern
        self._domains = domains

    def matches(self, event: Any) -> bool:
        domain = event.event["domain"]
        return topic_matches(domain, self._domains) and self._pattern.matches(event)


def _check_patterns(name: str, patterns: Sequence[str] | None) -> None:
    if patterns is None:
        return
    if len(patterns) > MAX_PATTERNS or any(len(pattern) > MAX_LENGTH for pattern in patterns):
        msg = f"Give at most {MAX_PATTERNS} patterns of at most {MAX_LENGTH} characters."
        raise DomainError(msg, path=("filter", name), code="BAD_USER_INPUT")


def _refuse_foreign(principal: Principal, patterns: Sequence[str] | None) -> None:
    """Say so when a key can never hear what it asks for, instead of staying silent."""
    if principal.namespaces is None or patterns is None:
        return
    own = [f"space:{namespace}" for namespace in principal.namespaces]
    aimed = [pattern for pattern in patterns if pattern.startswith("space:")]
    if len(aimed) < len(patterns) or any(topic_matches(name, aimed) for name in own):
        return
    msg = "This key is limited to other namespaces: it would never hear of these."
    raise DomainError(msg, path=("filter", "namespaces"), code="FORBIDDEN_NAMESPACE")
