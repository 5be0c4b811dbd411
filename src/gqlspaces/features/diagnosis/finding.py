"""What a diagnosis finds: a fault, where it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"

    __descriptions__ = MappingProxyType(
        {
            "ERROR": "Something waits or has failed, and stays so until somebody acts.",
            "WARNING": "It works as long as nothing else happens.",
        }
    )


class FindingCode(StrEnum):
    """What is wrong."""

    NO_LISTENER = "NO_LISTENER"
    LISTENER_GONE = "LISTENER_GONE"
    NOBODY_TAKES = "NOBODY_TAKES"
    ONLY_WATCHED = "ONLY_WATCHED"
    NOT_TAKEN = "NOT_TAKEN"
    WRONG_NAMESPACE = "WRONG_NAMESPACE"
    NAMESPACE_PREFIX = "NAMESPACE_PREFIX"
    NO_NAMESPACE = "NO_NAMESPACE"
    CAPITAL_LETTERS = "CAPITAL_LETTERS"
    ONE_STAR = "ONE_STAR"
    WRONG_PATTERN = "WRONG_PATTERN"
    WRONG_KEY = "WRONG_KEY"
    UNKNOWN_TOPIC = "UNKNOWN_TOPIC"
    KEY_EXPIRED = "KEY_EXPIRED"
    KEY_EXPIRES = "KEY_EXPIRES"
    KEY_REVOKED = "KEY_REVOKED"
    KEY_SCOPE = "KEY_SCOPE"
    KEY_LIMITED = "KEY_LIMITED"
    LEASE_LOST = "LEASE_LOST"
    JOB_FAILED = "JOB_FAILED"
    WAITS_IN_VAIN = "WAITS_IN_VAIN"
    SEVERAL_LISTENERS = "SEVERAL_LISTENERS"
    BLUEPRINT_REFUSED = "BLUEPRINT_REFUSED"

    __descriptions__ = MappingProxyType(
        {
            "NO_LISTENER": "No listener has been connected in the last days.",
            "LISTENER_GONE": "The listener that would do the work is not connected any more.",
            "NOBODY_TAKES": "A Job is ready that no listener asks for.",
            "ONLY_WATCHED": "A listener hears of a ready Job by a wildcard, and so does not take "
            "it.",
            "NOT_TAKEN": "A Job is ready for long though a connected listener asks for it.",
            "WRONG_NAMESPACE": "A listener asks for another namespace.",
            "NAMESPACE_PREFIX": "A listener asks for a namespace without its prefix.",
            "NO_NAMESPACE": "A listener asks for a namespace where there is none.",
            "CAPITAL_LETTERS": "A pattern differs in capital letters only.",
            "ONE_STAR": "A star was meant to cross a colon.",
            "WRONG_PATTERN": "A pattern or a value can hardly be meant as it is written.",
            "WRONG_KEY": "A filter has a key that no event has.",
            "UNKNOWN_TOPIC": "A listener asks for a topic that does not exist.",
            "KEY_EXPIRED": "The key of a listener has expired.",
            "KEY_EXPIRES": "The key of a listener expires soon.",
            "KEY_REVOKED": "The key of a listener was revoked.",
            "KEY_SCOPE": "The key of a listener lacks the scope to take Jobs.",
            "KEY_LIMITED": "The key of a listener is limited to other namespaces.",
            "LEASE_LOST": "Whoever held a Job fell silent.",
            "JOB_FAILED": "A Job failed in the last day.",
            "WAITS_IN_VAIN": "A Job waits for one that will not be complete.",
            "SEVERAL_LISTENERS": "Different listeners take the same Jobs.",
            "BLUEPRINT_REFUSED": "The Blueprint of an App cannot be used.",
        }
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about; ``number`` is how many there are like it, itself included."""

    id: str
    name: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: what is wrong as a sentence, and what to do about it.

    ``listener_id`` is the listener at fault, also where the finding is about a Job.
    """

    code: FindingCode
    severity: Severity
    title: str
    advice: str
    subject: Subject | None = None
    listener_id: str | None = None
