"""What a feature hands over: data, so that adding a noun has no import side effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gqlspaces.kernel.recorder import TopicRule


@dataclass(frozen=True, slots=True)
class Feature:
    """One noun: its root fields, what its tables announce, and the topics it may send.

    ``topics`` maps every table to the rule that announces its changes, or to ``silent``.
    ``catalogue`` describes each topic in one sentence, for the generated reference.
    """

    topics: Mapping[type[Any], TopicRule] = field(default_factory=dict)
    catalogue: Mapping[str, str] = field(default_factory=dict)
    queries: Sequence[Any] = ()
    mutations: Sequence[Any] = ()
    subscriptions: Sequence[Any] = ()
    types: Sequence[type[Any]] = ()
