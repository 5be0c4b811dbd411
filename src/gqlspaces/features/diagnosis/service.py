"""Diagnoses: all faults that can be seen, and why an event was heard or not."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, select

from gqlspaces.blueprint.app import AppConfig
from gqlspaces.features.columns import checked
from gqlspaces.features.diagnosis import programs, work
from gqlspaces.features.diagnosis.evidence import Evidence, Program, gather
from gqlspaces.features.diagnosis.finding import Finding, FindingCode, Severity, Subject
from gqlspaces.features.listeners import service as listeners
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound, Refused
from gqlspaces.kernel.log import EventRecord, event_of
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.matching import EventView
from gqlspaces.matching.explanation import Check, Explanation, MatchPart, explain

Rule: TypeAlias = Callable[[Evidence], Iterator[Finding]]

_events = table(EventRecord)
_EVENT = select(_events).where(
    _events.c.id == bindparam("id"), _events.c.environment_id == bindparam("environment")
)


def refused_blueprints(evidence: Evidence) -> Iterator[Finding]:
    """Tell of Apps whose Blueprint would be refused when it is put to use."""
    for app in evidence.apps:
        document = {"name": "x", "namespace": "x", "type": "CUSTOM", "blueprint": app.blueprint}
        try:
            checked(AppConfig, document)
        except Refused as refused:
            first, *others = refused.problems
            more = f" ({len(others)} more problems)" if others else ""
            yield Finding(
                FindingCode.BLUEPRINT_REFUSED,
                Severity.ERROR,
                f"The Blueprint of the App `{app.name}` cannot be used: at "
                f"`{'.'.join(first.path)}`: {first.message}{more}",
                "Correct it with `updateApp`, or with `gqlspaces blueprint apply --app`.",
                Subject(app.id, app.name),
            )


RULES: Final[Sequence[Rule]] = (
    work.untaken,
    work.lost,
    work.failed,
    work.in_vain,
    programs.locked_out,
    programs.nobody,
    programs.mistaken,
    programs.several,
    refused_blueprints,
)


async def diagnose(reader: Reader) -> list[Finding]:
    """Give every fault that can be seen, the worst first, none of them twice."""
    evidence = await gather(reader)
    # Looking at it takes a while where there is much, and needs nothing but the processor.
    found = await asyncio.to_thread(_looked_at, evidence)
    return sorted(_once(found), key=lambda finding: finding.severity is not Severity.ERROR)


def _looked_at(evidence: Evidence) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(evidence)]


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out of what is told of listeners what was told of them with a Job."""
    told = {(one.code, one.advice, one.listener_id) for one in found if one.listener_id}
    for finding in found:
        same = (finding.code, finding.advice, finding.subject and finding.subject.id)
        if same not in told:
            yield finding


@dataclass(frozen=True, slots=True)
class HandlerExplanation:
    """Why one handler hears an event or does not."""

    registration: Mapping[str, Any]
    explanation: Explanation


async def event_by_id(reader: Reader, id: str) -> EventView:
    """Give an event of the log, or raise NotFound."""
    principal = reader.principal
    rows = await reader.rows(_EVENT, {"id": id, "environment": principal.environment_id})
    if not rows or not principal.sees(rows[0].namespace):
        msg = f"There is no event {id!r}, or it is no longer kept."
        raise NotFound(msg, path=("eventId",))
    return event_of(rows[0]).view


async def explain_match(
    reader: Reader, event: EventView, *, listener: str | None, asked: Mapping[str, Any]
) -> list[HandlerExplanation]:
    """Explain an event to the handlers of a listener, or to a single one that asks so."""
    evidence = await gather(reader)
    row = None if listener is None else _program(evidence, listener).row
    handlers = [asked] if row is None else row.registrations
    # As in a diagnosis: nobody else waits for what may be long patterns and a large event.
    return await asyncio.to_thread(
        lambda: [_explained(evidence, event, one, row) for one in handlers]
    )


def _program(evidence: Evidence, name: str) -> Program:
    for program in evidence.told:
        for row in program.rows:
            if name in (row.name, row.id):
                return Program([row], evidence.now)
    msg = f"No listener {name!r} was seen lately; `listeners` names those that were."
    raise NotFound(msg, path=("listener",))


def _explained(
    evidence: Evidence, event: EventView, one: Mapping[str, Any], row: AnyRow | None
) -> HandlerExplanation:
    told = explain(
        event,
        on=one["on"],
        filters=one["filters"],
        namespaces=one["namespaces"],
        known=evidence.known,
    )
    if row is None or row.limited_to is None:
        return HandlerExplanation(one, told)
    given = event.event.get("namespaces")
    found = tuple(given) if isinstance(given, list | tuple) else ()
    limits = [f"space:{name}" for name in row.limited_to.split(",")]
    visible = listeners.sees(row, [one for one in found if isinstance(one, str)])
    check = Check(MatchPart.KEY, None, limits, found, visible)
    return HandlerExplanation(one, Explanation(told.matches and visible, (check, *told.checks)))
