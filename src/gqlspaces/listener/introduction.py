"""How a listener introduces itself, so that the server can tell who listens and to what."""

import json
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from gqlspaces import __version__
from gqlspaces.listener.event import READY
from gqlspaces.listener.registration import MOST_PATTERNS, Registration

_MOST = 500
_DEEPEST = 20
_LONGEST_PATTERN = 512
_LARGEST_FILTERS = 16 * 1024
_LARGEST = 384 * 1024


def introduction(name: str, registrations: Iterable[Registration]) -> dict[str, Any]:
    """Return a `ListenerInput`; handlers that the server could not take are left out of it."""
    told = [one for registration in registrations for one in _told(registration)][:_MOST]
    sizes = accumulate(len(json.dumps(one)) for one in told)
    small = [one for one, size in zip(told, sizes, strict=True) if size <= _LARGEST]
    return {"name": name, "version": __version__, "registrations": small}


def _told(registration: Registration) -> Iterator[dict[str, Any]]:
    on = registration.topics
    namespaces = [[one] if isinstance(one, str) else list(one) for one in registration.namespaces]
    filters = json.dumps([one for one in registration.filters if one is not None], default=str)
    levels = [on, *namespaces]
    if len(filters) > _LARGEST_FILTERS or len(registration.filters) > _DEEPEST:
        return
    if len(levels) > _DEEPEST or any(not _fits(level) for level in levels):
        return
    yield {
        "on": on,
        # What JSON has no word for is told as text: it is only for people to read.
        "filters": json.loads(filters, parse_constant=str),
        "namespaces": namespaces,
        "works": registration.works_on(READY),
    }


def _fits(patterns: list[str]) -> bool:
    return len(patterns) <= MOST_PATTERNS and all(len(one) <= _LONGEST_PATTERN for one in patterns)
