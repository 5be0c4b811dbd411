"""A handler and the events it was registered for; and what a set of them asks of the server."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from gqlspaces.listener.event import WORK, Event
from gqlspaces.listener.hooks import Hook
from gqlspaces.matching import ANY, EventPattern, Filter, Patterns

Handler: TypeAlias = Callable[[Event], Awaitable[object]]

MOST_PATTERNS = 100
"""How many patterns the server takes in one list; what goes beyond is matched here."""

_JOB_KEYS = frozenset({"job", "payload.job"})


@dataclass(frozen=True, eq=False)
class Registration:
    """One call of `on` or of a hook, with the filters and namespaces around it, outside in."""

    on: Patterns
    filters: tuple[Filter, ...]
    namespaces: tuple[Patterns, ...]
    handler: Handler | Hook

    @cached_property
    def pattern(self) -> EventPattern:
        """The events that it hears."""
        return EventPattern(self.on, self.filters, self.namespaces)

    @property
    def topics(self) -> list[str]:
        """The topic patterns, written out."""
        return [one or ANY for one in _listed(self.on)]

    def works_on(self, topic: str) -> bool:
        """Whether it does the work that `topic` calls for: who only has a wildcard watches."""
        return topic in WORK and topic in self.topics


class Claimable(NamedTuple):
    """Jobs that the server can hand out by pattern, in one call."""

    namespaces: tuple[str, ...]
    jobs: list[str]


def event_filter(registrations: Iterable[Registration]) -> dict[str, Any]:
    """Return the smallest `EventFilter` that lets through what any of the registrations hears."""
    listed = list(registrations)
    topics = _unique(topic for one in listed for topic in one.topics)
    asked = {} if ANY in topics else {"topics": topics}
    if all(one.namespaces for one in listed):
        asked["namespaces"] = _unique(ns for one in listed for ns in _listed(one.namespaces[0]))
    return {key: patterns for key, patterns in asked.items() if len(patterns) <= MOST_PATTERNS}


def claimable(registrations: Iterable[Registration]) -> tuple[list[Claimable], bool]:
    """Return what can be claimed by pattern, and whether some registration asks for more."""
    found: dict[tuple[str, ...], list[str]] = {}
    exact = True
    for one in registrations:
        jobs = _job_patterns(one.filters)
        if jobs is None or len(one.namespaces) > 1:
            exact = False
        else:
            namespaces = tuple(_listed(one.namespaces[0])) if one.namespaces else ()
            found.setdefault(namespaces, []).extend(jobs)
    groups = [Claimable(namespaces, _unique(jobs)) for namespaces, jobs in found.items()]
    small = [one for one in groups if max(map(len, one)) <= MOST_PATTERNS]
    return small, not exact or len(small) < len(groups)


def _job_patterns(filters: Sequence[Filter]) -> list[str] | None:
    """Return the job names that the filters ask for, or None if they ask for anything else."""
    asked = [one for one in filters if one]
    if not asked:
        return [ANY]
    if len(asked) > 1 or not isinstance(asked[0], Mapping) or len(asked[0]) != 1:
        return None
    [(key, value)] = asked[0].items()
    if isinstance(value, Mapping) and key == "payload":
        return _job_patterns([{f"payload.{inner}": one for inner, one in value.items()}])
    if key not in _JOB_KEYS or not isinstance(value, str | list | tuple):
        return None
    names = _listed(value)
    return [name or ANY for name in names] if all(isinstance(one, str) for one in names) else None


def _listed(patterns: Patterns) -> list[str]:
    return [patterns] if isinstance(patterns, str) else list(patterns)


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
