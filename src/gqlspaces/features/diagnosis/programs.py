"""Faults of listeners: gone, locked out, mistaken in a pattern, or in each other's way."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from gqlspaces.features.diagnosis.causes import CODES, SURE, keyed
from gqlspaces.features.diagnosis.evidence import Evidence, Program, ago
from gqlspaces.features.diagnosis.finding import Finding, FindingCode, Severity, Subject
from gqlspaces.features.listeners import service as listeners
from gqlspaces.matching import EventView, conditions_of, topic_matches
from gqlspaces.matching.explanation import Check, explain
from gqlspaces.matching.hints import Hint, Mistake, hint_of_values, lacking_prefix, unknown_topic

EXPIRES_SOON: Final = timedelta(days=7)
_LOOKED_AT: Final = 10
_MOST_PATTERNS: Final = 20
_MOST_OFFERS: Final = 200
_A_NAME: Final = "space:configure"
_NEVER: Final = "never hears anything."
_JOB_KEYS: Final = frozenset({"job", "payload.job"})


def nobody(evidence: Evidence) -> Iterator[Finding]:
    """Tell when no listener is there at all."""
    if any(program.connected for program in evidence.everybody):
        return
    if not evidence.programs:
        if not evidence.everybody:
            yield Finding(
                FindingCode.NO_LISTENER,
                Severity.WARNING,
                "No listener is connected, and none was in the last 7 days.",
                "Write one (docs/guides/writing-a-listener.md) and run it with `gqlspaces listen "
                "MODULE:LISTENER`. Listeners of other libraries are seen once they introduce "
                "themselves by the argument `listener` of the subscription `events`.",
            )
        return
    last = evidence.programs[0]
    yield Finding(
        FindingCode.LISTENER_GONE,
        Severity.WARNING,
        f"No listener is connected. The last one, {last.called}, was seen "
        f"{ago(last.row.last_seen_at, evidence.now)}.",
        "Start it again: `gqlspaces listen MODULE:LISTENER`. If it runs, look whether it reaches "
        "this gateway: its log says so.",
        _subject(last),
    )


def locked_out(evidence: Evidence) -> Iterator[Finding]:
    """Tell of keys that do not let a listener do its work, and of those that soon will not."""
    for program in evidence.programs:
        if not program.connected and _is_replaced(evidence, program):
            continue
        works = any(one["works"] for one in program.registrations)
        cause = keyed(evidence, program, None)
        if cause is not None and (works or cause.code is not FindingCode.KEY_SCOPE):
            title = f"The listener {program.called} cannot do its work. {cause.told}"
            severity = Severity.ERROR
            yield Finding(cause.code, severity, title, cause.advice, _subject(program))
        elif cause is None and program.connected:
            yield from _expiring(evidence, program)


def mistaken(evidence: Evidence) -> Iterator[Finding]:
    """Tell of patterns of connected listeners that can hardly be meant as they are written."""
    for program in evidence.programs:
        if not program.connected:
            continue
        told: set[str] = set()
        for one in program.registrations:
            for what, hint in _mistakes(evidence, one):
                if hint.text not in told:
                    told.add(hint.text)
                    yield _mistake(program, what, hint)


def several(evidence: Evidence) -> Iterator[Finding]:
    """Tell of Jobs that different programs take: which of them gets one is up to chance."""
    told: set[tuple[str, ...]] = set()
    for offer in _offers(evidence):
        takers = [program for program in evidence.programs if program.takes(offer)]
        # The same handlers with another key are a replica, not another program.
        different = {str(program.registrations): program for program in takers}
        names = tuple(sorted(program.row.name for program in different.values()))
        if len(different) < 2 or names in told:  # noqa: PLR2004 - two are several
            continue
        told.add(names)
        name = offer.event["payload"]["job"]
        called = " and ".join(program.called for program in different.values())
        yield Finding(
            FindingCode.SEVERAL_LISTENERS,
            Severity.WARNING,
            f"Different listeners take Jobs `{name}`: {called}. Each Job goes to whichever is "
            "faster.",
            "Stop the one that is not meant, or keep them apart: by `namespace`, or by a filter.",
            _subject(takers[0]),
        )


def _mistakes(evidence: Evidence, one: Mapping[str, Any]) -> Iterator[tuple[str, Hint]]:
    """Give what seems wrong with one handler, each told in words."""
    for pattern in one["on"][:_MOST_PATTERNS]:
        if hint := unknown_topic(pattern or "**", evidence.known.topics):
            yield f"{_NEVER} It asks for the topic `{pattern}`.", hint
    for pattern in chain.from_iterable(one["namespaces"]):
        if hint := lacking_prefix(pattern):
            yield f"{_NEVER} It asks for the namespace `{pattern}`.", hint
    for wanted in _job_names(one):
        if hint := _no_name(wanted):
            yield f"{_NEVER} It asks for Jobs called `{wanted}`.", hint
    if (near := _near_miss(evidence, one)) and near.hint:
        asked = f"{near.told[0].lower()}{near.told[1:]}"
        yield f"heard none of the recent events: it {asked}", near.hint


def _job_names(one: Mapping[str, Any]) -> Iterator[str]:
    """Give the patterns of names by which a handler asks for Jobs."""
    for key, wanted in (pair for given in one["filters"] for pair in conditions_of(given)):
        if key in _JOB_KEYS:
            listed = wanted if isinstance(wanted, list) else [wanted]
            yield from (pattern for pattern in listed if isinstance(pattern, str))


def _no_name(pattern: str) -> Hint | None:
    """Say so where no Job could have such a name: every name has a colon in it."""
    if not pattern or ":" in pattern or "**" in pattern:
        return None
    hint = hint_of_values(pattern, [_A_NAME])
    return hint or Hint(Mistake.PATTERN, f"Names of Jobs have two halves, such as `{_A_NAME}`.")


def _near_miss(evidence: Evidence, one: Mapping[str, Any]) -> Check | None:
    """Give the one condition by which a handler missed recent events, if it heard none of them."""
    topics = {topic for topic in evidence.heard if topic_matches(topic, one["on"])}
    recent = [event for event in evidence.events if event.topic in topics]
    pattern = listeners.pattern_of(one)
    if any(pattern.matches(event.view) for event in recent):
        return None
    for event in reversed(recent[-_LOOKED_AT:]):
        explanation = explain(
            event.view,
            on=one["on"],
            filters=one["filters"],
            namespaces=one["namespaces"],
            known=evidence.known,
        )
        if len(explanation.faults) == 1:
            [fault] = explanation.faults
            if fault.hint and fault.hint.mistake in SURE:
                return fault
    return None


def _mistake(program: Program, told: str, hint: Hint) -> Finding:
    return Finding(
        CODES.get(hint.mistake, FindingCode.WRONG_PATTERN),
        Severity.WARNING,
        f"A handler of {program.called} {told}",
        hint.text,
        _subject(program),
    )


def _expiring(evidence: Evidence, program: Program) -> Iterator[Finding]:
    row = program.row
    if row.key_expires_at is None or row.key_expires_at > evidence.now + EXPIRES_SOON:
        return
    yield Finding(
        FindingCode.KEY_EXPIRES,
        Severity.WARNING,
        f"The key `{row.key_name}` of the listener {program.called} expires at "
        f"{row.key_expires_at:%Y-%m-%d %H:%M} UTC.",
        "Make another with `gqlspaces keys create` and start the listener with it before then.",
        _subject(program),
    )


def _is_replaced(evidence: Evidence, program: Program) -> bool:
    return any(
        other.connected and other.registrations == program.registrations
        for other in evidence.programs
    )


def _offers(evidence: Evidence) -> Iterable[EventView]:
    """Give what was offered lately, and what handlers ask for by a full name."""
    lately = {
        (offer.event["payload"]["job"], *offer.event["namespaces"]): offer
        for offer in evidence.offers.values()
    }
    yield from lately.values()
    named = {
        (wanted, tuple(level[0] for level in one["namespaces"] if level))
        for program in evidence.programs
        for one in program.registrations
        for wanted in _job_names(one)
        if not set(wanted) & set("*?\\")
    }
    for name, namespaces in sorted(named)[:_MOST_OFFERS]:
        yield EventView(listeners.offer("", name, namespaces, {}))


def _subject(program: Program) -> Subject:
    return Subject(program.row.id, program.row.name)
