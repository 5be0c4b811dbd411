"""Why nobody takes a Job: the handler that comes nearest, and what keeps it from the Job."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gqlspaces.features.diagnosis.evidence import Evidence, Program, ago
from gqlspaces.features.diagnosis.finding import FindingCode
from gqlspaces.features.listeners import service as listeners
from gqlspaces.matching import EventView
from gqlspaces.matching.explanation import Check, Explanation, MatchPart, explain
from gqlspaces.matching.hints import Mistake

CODES: Final[Mapping[Mistake, FindingCode]] = {
    Mistake.CAPITALS: FindingCode.CAPITAL_LETTERS,
    Mistake.STAR: FindingCode.ONE_STAR,
    Mistake.PREFIX: FindingCode.NAMESPACE_PREFIX,
    Mistake.NO_NAMESPACE: FindingCode.NO_NAMESPACE,
    Mistake.TOPIC: FindingCode.UNKNOWN_TOPIC,
    Mistake.KEY: FindingCode.WRONG_KEY,
    Mistake.UNKNOWN_KEY: FindingCode.WRONG_KEY,
}
"""What a finding is called for what seems to be mistaken."""

SURE: Final = frozenset(
    {
        Mistake.CAPITALS,
        Mistake.STAR,
        Mistake.SPACES,
        Mistake.PATTERN,
        Mistake.TYPE,
        Mistake.KEY,
        Mistake.PREFIX,
    }
)
"""Mistakes that no event to come can show to be none; a mere likeness is not among them."""

_OWN_NAMESPACE = (
    "Register the handler for that namespace, or for all by leaving it out, or give the Space or "
    "its App the namespace asked for. A namespace of the Space's own replaces that of its App."
)
_START = "Start it again: `gqlspaces listen MODULE:LISTENER`."


@dataclass(frozen=True, slots=True)
class Cause:
    """What keeps a Job from being taken, and what to do; ``program`` is the listener at fault."""

    code: FindingCode
    told: str
    advice: str
    program: Program


@dataclass(frozen=True, slots=True)
class _Near:
    program: Program
    works: bool
    explanation: Explanation

    @property
    def rank(self) -> int | None:
        """How near it is to taking the Job, 0 being next to it; None where it is for others."""
        faults = self.explanation.faults
        if not faults:
            return self._rank_of_fitting()
        if len(faults) > 1 or not self.works:
            return None
        [fault] = faults
        if not self.program.connected:
            return 5 if fault.hint else None
        if fault.hint and fault.hint.mistake in SURE:
            return 1
        return 3 if fault.hint or fault.part is MatchPart.NAMESPACE else None

    def _rank_of_fitting(self) -> int:
        if not self.works:
            return 4
        # A program that is there has some trouble with its key.
        return 0 if self.program.connected else 2


def cause_of(evidence: Evidence, offer: EventView) -> Cause | None:
    """Tell what keeps the Job of this offer from being taken; None where nobody comes near."""
    ranked = [(near.rank, near) for near in _candidates(evidence, offer)]
    near = [(rank, candidate) for rank, candidate in ranked if rank is not None]
    if not near:
        return None
    _, nearest = min(near, key=lambda pair: pair[0])
    if fault := next(iter(nearest.explanation.faults), None):
        return _mistaken(nearest.program, fault)
    if not nearest.works:
        return _watching(nearest.program)
    return keyed(evidence, nearest.program, offer.event["namespaces"]) or _gone(
        evidence, nearest.program
    )


def keyed(evidence: Evidence, program: Program, namespaces: list[str] | None) -> Cause | None:
    """Tell what is wrong with a listener's key for Jobs in these namespaces; None: any."""
    row, now = program.row, evidence.now
    key = f"Its key `{row.key_name}`"
    new = "Make another with `gqlspaces keys create` and start the listener with it."
    if row.key_name is None or row.key_revoked_at is not None:
        told = f"{key} was revoked."
        return Cause(FindingCode.KEY_REVOKED, told, new, program)
    if not listeners.key_works(row, now):
        told = f"{key} expired {ago(row.key_expires_at, now)}."
        return Cause(FindingCode.KEY_EXPIRED, told, new, program)
    if not listeners.may_work(row):
        told = f"{key} lacks the scope `job:work`, so it hears of Jobs and cannot take them."
        advice = "Give it a key with `gqlspaces keys create --scope job:work …`."
        return Cause(FindingCode.KEY_SCOPE, told, advice, program)
    if namespaces is not None and not listeners.sees(row, namespaces):
        told = f"{key} is limited to {_named(row.limited_to)}, and the Job is elsewhere."
        advice = "Give it a key of the whole environment, or one for this namespace."
        return Cause(FindingCode.KEY_LIMITED, told, advice, program)
    return None


def _candidates(evidence: Evidence, offer: EventView) -> Iterator[_Near]:
    for program in evidence.programs:
        for one, pattern in zip(program.registrations, program.patterns, strict=True):
            if not one["works"] and not pattern.matches(offer):
                continue  # it neither takes Jobs nor hears of this one
            told = explain(
                offer,
                on=one["on"],
                filters=one["filters"],
                namespaces=one["namespaces"],
                known=evidence.known,
            )
            yield _Near(program, bool(one["works"]), told)


def _mistaken(program: Program, fault: Check) -> Cause:
    told = f"{program.called} comes nearest, but {fault.told[0].lower()}{fault.told[1:]}"
    if fault.hint is None:
        return Cause(FindingCode.WRONG_NAMESPACE, told, _OWN_NAMESPACE, program)
    code = CODES.get(fault.hint.mistake, FindingCode.WRONG_PATTERN)
    if fault.part is MatchPart.NAMESPACE and fault.hint.mistake is Mistake.MISSPELT:
        code = FindingCode.WRONG_NAMESPACE
    return Cause(code, told, fault.hint.text, program)


def _watching(program: Program) -> Cause:
    told = f"{program.called} hears of it by a wildcard, and so only watches."
    advice = "Register the handler for `job:ready` by that very name: then it takes the Jobs."
    return Cause(FindingCode.ONLY_WATCHED, told, advice, program)


def _gone(evidence: Evidence, program: Program) -> Cause | None:
    if program.connected:
        return None
    told = f"{program.called} would take it, and was last seen {ago(_seen(program), evidence.now)}."
    return Cause(FindingCode.LISTENER_GONE, told, _START, program)


def _seen(program: Program) -> Any:
    return program.row.last_seen_at


def _named(limits: str) -> str:
    return " and ".join(f"`{name}`" for name in limits.split(","))
