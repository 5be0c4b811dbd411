"""Whether an event is one that a listener asked for (domain reference 3.2).

Pure functions over JSON values; the server and the listener SDK share them, so that a filter
means the same on both sides of the wire.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

Matcher: TypeAlias = Callable[[str], bool]
Accepts: TypeAlias = Callable[[Any], bool]
Patterns: TypeAlias = str | Sequence[str]
Filter: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | float | None

ANY = "**"
"""The pattern that every text matches: any number of segments."""


class EventView:
    """An event prepared for many patterns: it is flattened once, when the first one asks."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Wrap `event`, a mapping as it stands in JSON."""
        self.event = event

    @cached_property
    def leaves(self) -> dict[str, Any]:
        """Every value that is no object, under its dotted path; lists stay whole."""
        return dict(_flatten(self.event))

    @cached_property
    def by_key(self) -> dict[str, list[Any]]:
        """The leaves under the last part of their path."""
        found: dict[str, list[Any]] = {}
        for path, value in self.leaves.items():
            found.setdefault(path.rpartition(".")[2], []).append(value)
        return found


class EventPattern:
    """A subscription compiled once: topics, then namespaces, then filters must all match.

    `on` is one topic pattern or several alternatives. `filters` and `namespaces` are levels from
    the outside in: every level must match, a list inside a level holds alternatives.
    """

    def __init__(
        self,
        on: Patterns = ANY,
        filters: Iterable[Filter] = (),
        namespaces: Iterable[Patterns] = (),
    ) -> None:
        """Compile the pattern; whatever is wrong with it makes it match nothing."""
        self._topic = _any_of(on)
        self._namespaces = [_any_of(level) for level in namespaces]
        self._filters = [part for one in filters for part in _compile_filter(one)]

    def matches(self, event: Mapping[str, Any] | EventView) -> bool:
        """Whether `event` (a mapping in the spelling of JSON) is one that was asked for."""
        view = event if isinstance(event, EventView) else EventView(event)
        topic = view.event.get("topic")
        return (
            isinstance(topic, str)
            and self._topic(topic)
            and self._in_namespaces(view.event)
            and all(any(map(accepts, values(view))) for values, accepts in self._filters)
        )

    def _in_namespaces(self, event: Mapping[str, Any]) -> bool:
        # Only the event's own namespaces count: a payload may hold a key of that name, and what
        # a user can write must not decide who hears of it.
        if not self._namespaces:
            return True
        given = [one for one in _each(event.get("namespaces")) if isinstance(one, str)]
        return all(any(map(level, given)) for level in self._namespaces)


def matches(
    event: Mapping[str, Any] | EventView,
    *,
    on: Patterns = ANY,
    filters: Iterable[Filter] = (),
    namespaces: Iterable[Patterns] = (),
) -> bool:
    """Whether `event` matches; compile an `EventPattern` to ask more than once."""
    return EventPattern(on, filters, namespaces).matches(event)


def topic_matches(topic: str, on: Patterns) -> bool:
    """Whether `topic` matches the pattern or one of the patterns in `on`."""
    return _any_of(on)(topic)


def filter_matches(event: Mapping[str, Any] | EventView, filter: Filter) -> bool:
    """Whether every key of `filter` finds a value in `event` that it accepts."""
    return EventPattern(ANY, [filter]).matches(event)


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str, separator: str = ":") -> Matcher:
    r"""Turn a wildcard pattern into a test of a whole text, in time that no pattern blows up.

    `*` is any run of characters and `?` one character inside a segment, `**` as a whole segment
    is any number of segments, a backslash makes the next character literal.
    """
    if not any(special in pattern for special in "*?\\"):
        return pattern.__eq__
    segments = [_compile_segment(part) for part in pattern.split(separator)]
    if None not in segments:
        fixed = [one for one in segments if one is not None]
        return lambda text: _fit(fixed, text.split(separator))
    return lambda text: _cover(segments, text.split(separator))


def _any_of(patterns: Patterns) -> Matcher:
    listed = [patterns] if isinstance(patterns, str) else list(patterns)
    tests = [compile_pattern(one or ANY) for one in listed]
    if len(tests) == 1:
        return tests[0]
    return lambda text: any(test(text) for test in tests)


def _compile_segment(segment: str) -> Matcher | None:
    """Return the test of one segment, or None for `**`."""
    if segment == ANY:
        return None
    if segment == "*":
        return lambda _text: True
    characters = iter(segment)
    translated = ""
    for character in characters:
        if character in "*?":
            translated += character
        else:
            literal = next(characters, "") if character == "\\" else character
            translated += f"[{literal}]" if literal in {"*", "?", "["} else literal
    # The standard library translates so that no choice of text makes the search exponential.
    return _truth(re.compile(fnmatch.translate(translated)).match)


def _truth(search: Callable[[str], object]) -> Matcher:
    return lambda text: search(text) is not None


def _fit(tests: Sequence[Matcher], segments: Sequence[str]) -> bool:
    return len(tests) == len(segments) and all(
        test(segment) for test, segment in zip(tests, segments, strict=True)
    )


def _cover(tests: Sequence[Matcher | None], segments: Sequence[str]) -> bool:
    """Whether the tests cover all segments, None standing for any number of them.

    The last None alone is stretched, segment by segment: what came before it already fits in the
    fewest segments, so to stretch an earlier one could not help.
    """
    test = segment = 0
    stretched: tuple[int, int] | None = None
    while segment < len(segments):
        current = tests[test] if test < len(tests) else _nothing
        if current is None:
            stretched = (test, segment)
            test += 1
        elif current(segments[segment]):
            test += 1
            segment += 1
        elif stretched is None:
            return False
        else:
            stretched = (stretched[0], stretched[1] + 1)
            test, segment = stretched[0] + 1, stretched[1]
    return all(rest is None for rest in tests[test:])


def _nothing(_text: str) -> bool:
    return False


def _compile_filter(given: Filter) -> list[tuple[Callable[[EventView], Iterable[Any]], Accepts]]:
    return [(reader_of(key), acceptance_of(value)) for key, value in conditions_of(given)]


def conditions_of(given: Filter) -> list[tuple[str, Any]]:
    """Return the keys of a filter, nested ones as dotted paths, each with what it accepts."""
    if given is None:
        return []
    return list(_flatten(given)) if isinstance(given, Mapping) else [(ANY, given)]


def reader_of(key: str) -> Callable[[EventView], Iterable[Any]]:
    """Return what finds the values in an event that a key of a filter speaks of."""
    if "*" in key or "?" in key:
        fits = compile_pattern(key if "*" in key or "." in key else f"{ANY}.{key}", ".")
        return lambda view: [value for path, value in view.leaves.items() if fits(path)]
    if "." in key:
        return lambda view: [view.leaves[key]] if key in view.leaves else []
    return lambda view: view.by_key.get(key, ())


def acceptance_of(given: Any) -> Accepts:
    """Return the test of a value for what stands behind a key of a filter."""
    patterns = list(given) if isinstance(given, list | tuple) else [given]
    text_fits = _any_of([one for one in patterns if isinstance(one, str)])
    literals = [one for one in patterns if isinstance(one, bool | int | float)]
    accepts_null = None in patterns

    def accepts_one(value: Any) -> bool:
        if value is None:
            return accepts_null
        text = _text(value)
        return (text != "" and text_fits(text)) or _is_literal(value, literals)

    return lambda value: any(map(accepts_one, _each(value)))


def _is_literal(value: Any, literals: list[bool | int | float]) -> bool:
    # In JSON `true` is not `1`, though Python finds them equal.
    return any(
        value == one and isinstance(value, bool) == isinstance(one, bool) for one in literals
    )


def _text(value: Any) -> str:
    """Return how a value reads as text; nothing for what has no plain spelling."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
    return ""


def _each(value: Any) -> Iterator[Any]:
    """Yield a value, or the elements of a list however deeply they are nested."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting.extend(reversed(one))
        else:
            yield one


def _flatten(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    waiting: list[tuple[str, Any]] = [("", mapping)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping) and (value or not path):
            inside = f"{path}." if path else ""
            waiting.extend((f"{inside}{key}", one) for key, one in value.items())
        else:
            yield path, value
