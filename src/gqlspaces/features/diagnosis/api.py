"""Diagnoses in GraphQL: what is wrong, and why an event was heard or not."""

import json
from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.features.diagnosis import finding, service
from gqlspaces.features.listeners.introduction import MOST_PATTERNS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import bad_input
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import graphql_enum
from gqlspaces.kernel.graphql.query import query
from gqlspaces.matching import EventView, conditions_of
from gqlspaces.matching.explanation import Check, MatchPart

MOST_VALUES = 10_000
LARGEST_EVENT = 64 * 1024
MOST_CONDITIONS = 100
MOST_ALTERNATIVES = 1000

CheckPart = graphql_enum(MatchPart)
Severity = graphql_enum(finding.Severity)
FindingCode = graphql_enum(finding.FindingCode)


@strawberry.type(description="What a finding is about.")
class FindingSubject:
    """What a finding is about."""

    id: strawberry.ID = strawberry.field(description="The Job, listener or App; ask `node` for it.")
    name: str = strawberry.field(description="What it is called.")
    number: int = strawberry.field(description="How many there are like it, itself included.")


@strawberry.type(description="One fault, and what to do about it.")
class Finding:
    """One fault."""

    code: FindingCode = strawberry.field(description="What is wrong, for programs.")  # type: ignore[valid-type]
    severity: Severity = strawberry.field(description="How bad it is.")  # type: ignore[valid-type]
    title: str = strawberry.field(description="What is wrong, for people.")
    advice: str = strawberry.field(description="What to do about it.")
    subject: FindingSubject | None = strawberry.field(
        description="What it is about; null where that is the whole environment."
    )


@strawberry.type(description="What is wrong with a set-up.")
class Diagnosis:
    """What is wrong with a set-up."""

    findings: list[Finding] = strawberry.field(
        description="Every fault that can be seen, the worst first; empty when all is well."
    )


@strawberry.type(description="One condition of a handler, and what an event has for it.")
class MatchCheck:
    """One condition of a handler."""

    part: CheckPart = strawberry.field(description="Which part of the subscription it belongs to.")  # type: ignore[valid-type]
    key: str | None = strawberry.field(description="The key of a filter; null otherwise.")
    wanted: JSON | None = strawberry.field(description="What was asked for.")
    found: list[JSON] = strawberry.field(description="What the event has; empty for nothing.")
    matches: bool = strawberry.field(description="Whether that is it.")
    told: str = strawberry.field(description="All of this as a sentence.")
    hint: str | None = strawberry.field(
        description="What to write instead, where that can be guessed."
    )


@strawberry.type(description="Why a handler hears an event, or does not.")
class MatchExplanation:
    """Why a handler hears an event, or does not."""

    matches: bool = strawberry.field(description="Whether it hears the event.")
    on: list[str] = strawberry.field(description="The patterns of topics that it asks for.")
    works: bool = strawberry.field(description="Whether it takes the Jobs that events offer.")
    checks: list[MatchCheck] = strawberry.field(
        description="Every condition in order; all must match."
    )


@query(Scope.EVENT_READ)
async def diagnosis(info: Info) -> Diagnosis:
    """What is wrong with listeners, keys, Jobs and Blueprints, as far as this key may see it."""
    found = await service.diagnose(info.context.reader)
    return Diagnosis(findings=found)  # type: ignore[arg-type]


@query(
    Scope.EVENT_READ,
    event_id="An event of the log.",
    event="Or an event as JSON: `topic, domain, namespaces, context, payload`.",
    listener="The name or id of a listener; each of its handlers is explained.",
    on="Without a listener: the patterns of topics of a handler.",
    filter="Without a listener: its filter, or a list of them from the outside in.",
    namespaces="Without a listener: its namespaces, alternatives.",
)
async def explain_match(
    info: Info,
    event_id: strawberry.ID | None = strawberry.UNSET,
    event: JSON | None = strawberry.UNSET,
    listener: str | None = strawberry.UNSET,
    on: list[str] | None = strawberry.UNSET,
    filter: JSON | None = strawberry.UNSET,
    namespaces: list[str] | None = strawberry.UNSET,
) -> list[MatchExplanation]:
    """Why an event is, or is not, one that a handler asks for: condition by condition."""
    reader = info.context.reader
    if bool(event_id) == bool(event):
        raise bad_input("Give either the id of an event or an event.", "eventId")
    view = await service.event_by_id(reader, event_id) if event_id else _view(event)
    asked = {
        "on": ["**"] if on is strawberry.UNSET or on is None else _patterns(on, "on"),
        "filters": _levels(filter),
        "namespaces": [_patterns(namespaces, "namespaces")] if namespaces else [],
        "works": "job:ready" in (on or ()),
    }
    found = await service.explain_match(reader, view, listener=listener or None, asked=asked)
    return [_explanation(one) for one in found]


def _view(event: Any) -> EventView:
    if not isinstance(event, Mapping):
        raise bad_input("An event is an object.", "event")
    if _size(event) > MOST_VALUES:
        raise bad_input(f"An event has at most {MOST_VALUES} values.", "event")
    if len(json.dumps(event)) > LARGEST_EVENT:
        raise bad_input(f"An event has at most {LARGEST_EVENT} bytes of JSON.", "event")
    return EventView(event)


def _patterns(patterns: list[str], argument: str) -> list[str]:
    if len(patterns) > MOST_PATTERNS:
        raise bad_input(f"Give at most {MOST_PATTERNS} patterns.", argument)
    return patterns


def _levels(filter: Any) -> list[Any]:
    levels = filter if isinstance(filter, list) else [filter] if filter else []
    if _size(levels) > MOST_ALTERNATIVES:
        raise bad_input(f"A filter has at most {MOST_ALTERNATIVES} values.", "filter")
    if sum(len(conditions_of(one)) for one in levels) > MOST_CONDITIONS:
        raise bad_input(f"A filter has at most {MOST_CONDITIONS} conditions.", "filter")
    return levels


def _size(value: Any) -> int:
    """Count the values of JSON, and the objects and lists that they are in."""
    number, pending = 0, [value]
    while pending:
        one = pending.pop()
        number += 1
        inside = one.values() if isinstance(one, Mapping) else one
        pending += inside if isinstance(one, Mapping | list) else ()
    return number


def _explanation(one: service.HandlerExplanation) -> MatchExplanation:
    return MatchExplanation(
        matches=one.explanation.matches,
        on=one.registration["on"],
        works=one.registration["works"],
        checks=[_check(check) for check in one.explanation.checks],
    )


def _check(check: Check) -> MatchCheck:
    return MatchCheck(
        part=check.part,
        key=check.key,
        wanted=check.wanted,
        found=list(check.found),
        matches=check.matches,
        told=check.told,
        hint=check.hint.text if check.hint else None,
    )


feature = Feature(queries=[diagnosis, explain_match])
