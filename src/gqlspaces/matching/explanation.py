"""Why an event is, or is not, one that a listener asked for: for people, with what to do.

Pure like the matching itself, and asking it: what is explained is what was decided.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gqlspaces.matching import (
    ANY,
    EventPattern,
    EventView,
    Filter,
    Patterns,
    acceptance_of,
    conditions_of,
    reader_of,
    topic_matches,
)
from gqlspaces.matching.hints import (
    Hint,
    hint_of_key,
    hint_of_namespaces,
    hint_of_topic,
    hint_of_values,
)


class MatchPart(StrEnum):
    """Which part of a subscription a check is about."""

    KEY = "key"
    TOPIC = "topic"
    NAMESPACE = "namespace"
    FILTER = "filter"

    __descriptions__ = MappingProxyType(
        {
            "KEY": "The API key of the listener: it may be limited to namespaces.",
            "TOPIC": "The patterns of topics.",
            "NAMESPACE": "One level of namespaces.",
            "FILTER": "One key of a filter.",
        }
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What events there are at all, as far as that is known: their topics and their keys."""

    topics: Collection[str] = ()
    keys: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: what was wanted, what the event has, and whether that is it.

    ``key`` is that of a filter. ``found`` has the first values that the event has for it, and is
    empty where that has nothing of the kind.
    ``hint`` says what to write instead, where that can be guessed.
    """

    part: MatchPart
    key: str | None
    wanted: Any
    found: tuple[Any, ...]
    matches: bool
    hint: Hint | None = None

    @property
    def told(self) -> str:
        """The check as one sentence."""
        about = _ABOUT[self.part]
        if self.part is MatchPart.FILTER:
            about += "a value" if self.key == ANY else f"the key `{self.key}`"
        wanted = f"{about} {_shown(self.wanted)}"
        if self.matches:
            return f"{wanted}; the event has it."
        if not self.found:
            return f"{wanted}; the event has {_NOTHING[self.part]}."
        return f"{wanted}; the event has {_alternatives(self.found)}."


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether an event matches, and every condition that decided it, in order."""

    matches: bool
    checks: tuple[Check, ...]

    @property
    def faults(self) -> tuple[Check, ...]:
        """The conditions that the event does not meet."""
        return tuple(check for check in self.checks if not check.matches)


def explain(
    event: Mapping[str, Any] | EventView,
    *,
    on: Patterns = ANY,
    filters: Iterable[Filter] = (),
    namespaces: Iterable[Patterns] = (),
    known: Known | None = None,
) -> Explanation:
    """Tell condition by condition why `event` matches or does not."""
    view = event if isinstance(event, EventView) else EventView(event)
    listed, levels = list(filters), [_listed(level) for level in namespaces]
    known = known or Known()
    checks = [_check_topic(view, _listed(on), known)]
    checks += [_check_namespaces(view, level) for level in levels]
    checks += [
        _check_filter(view, key, wanted, known)
        for one in listed
        for key, wanted in conditions_of(one)
    ]
    return Explanation(EventPattern(on, listed, levels).matches(view), tuple(checks))


def _check_topic(view: EventView, wanted: list[str], known: Known) -> Check:
    topic = view.event.get("topic")
    found = [topic] if isinstance(topic, str) else []
    fits = any(topic_matches(one, wanted) for one in found)
    hint = None if fits else hint_of_topic(wanted, found, known.topics)
    return Check(MatchPart.TOPIC, None, wanted, tuple(found), fits, hint)


def _check_namespaces(view: EventView, wanted: list[str]) -> Check:
    given = view.event.get("namespaces")
    found = tuple(given) if isinstance(given, list | tuple) else ()
    fits = EventPattern(namespaces=[wanted]).matches(EventView({**view.event, "topic": "any"}))
    hint = None if fits else hint_of_namespaces(wanted, found)
    return Check(MatchPart.NAMESPACE, None, wanted, found, fits, hint)


def _check_filter(view: EventView, key: str, wanted: Any, known: Known) -> Check:
    found = tuple(reader_of(key)(view))
    fits = any(map(acceptance_of(wanted), found))
    hint = None
    if not fits:
        named = hint_of_key(view, key, known.keys) if not found else None
        hint = named or hint_of_values(wanted, found)
    shown = found[:_MOST_FOUND] if key != ANY else ()
    return Check(MatchPart.FILTER, key, wanted, shown, fits, hint)


_LONGEST = 100
_MOST_FOUND = 20
_ABOUT = {
    MatchPart.KEY: "Its API key is limited to",
    MatchPart.TOPIC: "Asks for the topic",
    MatchPart.NAMESPACE: "Asks for a namespace",
    MatchPart.FILTER: "Asks for ",
}
_NOTHING = {
    MatchPart.KEY: "no namespace",
    MatchPart.TOPIC: "no topic",
    MatchPart.NAMESPACE: "no namespace",
    MatchPart.FILTER: "nothing like it",
}


def _alternatives(found: Sequence[Any]) -> str:
    values = list(dict.fromkeys(_shown(one) for one in found))
    return " and ".join(values[:3]) + (" and more" if len(values) > 3 else "")  # noqa: PLR2004


def _shown(value: Any) -> str:
    if isinstance(value, list) and value:
        return " or ".join(f"`{_plain(one)}`" for one in value[:3])
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


def _listed(patterns: Patterns) -> list[str]:
    return [patterns] if isinstance(patterns, str) else list(patterns)
