"""Guesses at what somebody meant whose pattern does not match: mistakes that people make."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeAlias

from gqlspaces.matching import EventView, compile_pattern, filter_matches, topic_matches


class Mistake(StrEnum):
    """What kind of mistake it may be."""

    EMPTY = "empty"
    SPACES = "spaces"
    CAPITALS = "capitals"
    STAR = "star"
    PATTERN = "pattern"
    TYPE = "type"
    MISSPELT = "misspelt"
    TOPIC = "topic"
    KEY = "key"
    UNKNOWN_KEY = "unknown key"
    PREFIX = "prefix"
    NO_NAMESPACE = "no namespace"


@dataclass(frozen=True, slots=True)
class Hint:
    """A guess at what was meant, and what to write."""

    mistake: Mistake
    text: str


Guess: TypeAlias = Callable[[str, str], Hint | None]

_EMPTY = Hint(Mistake.EMPTY, "An empty list asks for nothing: leave it out, or name something.")
_NO_NAMESPACE = Hint(
    Mistake.NO_NAMESPACE,
    "The event carries no namespace, so nobody who asks for one hears it: give the Space, or its "
    "App, a namespace, or register the handler outside of `namespace`.",
)
_SPECIAL = re.compile(r"[\[\]!^$+|(){}]")
_PREFIXES = ("space", "workbook")
_MOST = 20
_LONGEST = 200


def hint_of_topic(
    wanted: Sequence[str], found: Sequence[str], topics: Collection[str] = ()
) -> Hint | None:
    """Say what may be wrong with patterns of topics that do not match one."""
    if not wanted:
        return _EMPTY
    unknown = (unknown_topic(one, topics) for one in wanted[:_MOST])
    return _guessed(wanted, found) or next((hint for hint in unknown if hint), None)


def unknown_topic(pattern: str, topics: Collection[str]) -> Hint | None:
    """Say so where no topic there is matches a pattern, and name the one that was meant."""
    if not topics or any(topic_matches(topic, pattern) for topic in topics):
        return None
    for topic in sorted(topics):
        if hint := _guessed([pattern], [topic]):
            return hint
    near = get_close_matches(pattern[:_LONGEST], list(topics), 1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return Hint(Mistake.TOPIC, f"There is no topic `{pattern}`.{meant}")


def hint_of_namespaces(wanted: Sequence[str], found: Sequence[str]) -> Hint | None:
    """Say what may be wrong with patterns of namespaces that match none of an event's."""
    if not wanted:
        return _EMPTY
    lacking = [hint for one in wanted if (hint := lacking_prefix(one, found))]
    if lacking:
        return lacking[0]
    return _guessed(wanted, found) if found else _NO_NAMESPACE


def lacking_prefix(pattern: str, found: Sequence[str] = ()) -> Hint | None:
    """Say so where a namespace was written without saying of what it is the namespace."""
    if ":" in pattern or "*" in pattern:
        return None
    written = [f"{prefix}:{pattern}" for prefix in _PREFIXES]
    fitting = [one for one in written if any(topic_matches(name, one) for name in found)]
    return Hint(
        Mistake.PREFIX,
        f"Namespaces begin with what they are of: write `{(fitting or written)[0]}`.",
    )


def hint_of_key(view: EventView, key: str, keys: Collection[str] = ()) -> Hint | None:
    """Say what may be wrong with the key of a filter that an event does not have."""
    if key == "namespace":
        return Hint(
            Mistake.KEY, "Ask for namespaces by `namespaces`: events have no key `namespace`."
        )
    if "." in key and (path := _path_with(view, key)):
        return Hint(
            Mistake.KEY, f"A key with a dot is a path from the root: write `{path}`, or `**.{key}`."
        )
    if "*" in key and "." not in key and filter_matches(view, {f"**.{key}": "**"}):
        return Hint(Mistake.KEY, f"A star stays between two dots: write `**.{key}`.")
    last = key.rpartition(".")[2]
    if meant := _spelled(last, [*view.by_key, *keys]):
        return Hint(
            Mistake.KEY,
            f"Keys are told apart by every letter: write `{key.removesuffix(last)}{meant}`.",
        )
    if not keys or last in keys or "*" in key:
        return None
    near = get_close_matches(last[:_LONGEST], list(keys), 1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return Hint(Mistake.UNKNOWN_KEY, f"No event so far has a key `{last}`.{meant}")


def hint_of_values(wanted: Any, found: Sequence[Any]) -> Hint | None:
    """Say what may be wrong with what a filter accepts."""
    patterns = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
    if not patterns or wanted == {}:
        return _EMPTY
    flat = [one for value in found for one in (value if isinstance(value, list) else [value])]
    texts = [one for one in flat if isinstance(one, str)]
    for one in patterns:
        if one is not None and not isinstance(one, str) and str(one).lower() in texts:
            return Hint(
                Mistake.TYPE,
                f"The event has a text there: write it with quotes, `{str(one).lower()!r}`.",
            )
    if flat and all(one is None for one in flat):
        return Hint(Mistake.TYPE, "The event has null there: only `null` asks for that.")
    return _guessed([one for one in patterns if isinstance(one, str)], texts)


def _guessed(patterns: Sequence[str], texts: Sequence[str]) -> Hint | None:
    """Give the first guess, the surest kind of mistake before all others."""
    pairs = [(pattern, text) for pattern in _few(patterns) for text in _few(texts)]
    guesses = (guess(*pair) for guess in _GUESSES for pair in pairs)
    return next((hint for hint in guesses if hint), None)


def _few(texts: Sequence[str]) -> list[str]:
    """Leave out what nobody typed by mistake: comparing costs the square of the length."""
    return [text for text in texts[:_MOST] if len(text) <= _LONGEST]


def _trimmed(pattern: str, text: str) -> Hint | None:
    if pattern == pattern.strip() or not compile_pattern(pattern.strip())(text):
        return None
    return Hint(Mistake.SPACES, f"Take the spaces away: write `{pattern.strip()}`.")


def _cased(pattern: str, text: str) -> Hint | None:
    if not compile_pattern(pattern.lower())(text.lower()):
        return None
    meant = pattern.lower() if compile_pattern(pattern.lower())(text) else text
    return Hint(Mistake.CAPITALS, f"Capital letters count: write `{meant}`.")


def _starred(pattern: str, text: str) -> Hint | None:
    wide = ":".join("**" if part == "*" else part for part in pattern.split(":"))
    if "*" not in pattern or not compile_pattern(wide)(text):
        return None
    narrow = f", or `{text.partition(':')[0]}:*`" if pattern == "*" and text.count(":") == 1 else ""
    return Hint(Mistake.STAR, f"One star does not cross a colon: write `{wide}`{narrow}.")


def _glued(pattern: str, text: str) -> Hint | None:
    stem = pattern.rstrip("*").rstrip(":")
    if not stem or not pattern.endswith("**") or not text.startswith(f"{stem}:"):
        return None
    return Hint(Mistake.STAR, f"Two stars stand alone between colons: write `{stem}:**`.")


def _shortened(pattern: str, text: str) -> Hint | None:
    if not text.startswith(f"{pattern}:"):
        return None
    return Hint(
        Mistake.PATTERN, f"A pattern must match to the end: write `{pattern}:*`, or `{text}`."
    )


def _regular(pattern: str, _text: str) -> Hint | None:
    if not _SPECIAL.search(pattern):
        return None
    return Hint(
        Mistake.PATTERN,
        "Only `*`, `?` and `**` are special in a pattern; there are no brackets and no `!`.",
    )


def _misspelt(pattern: str, text: str) -> Hint | None:
    ours, theirs = pattern.split(":"), text.split(":")
    if len(ours) != len(theirs) or "*" in pattern:
        return None
    near = all(map(_is_near, ours, theirs))
    return Hint(Mistake.MISSPELT, f"Did you mean `{text}`?") if near else None


def _is_near(one: str, other: str) -> bool:
    return bool(get_close_matches(one, [other], 1, 0.7))


_GUESSES: tuple[Guess, ...] = (
    _trimmed,
    _cased,
    _starred,
    _glued,
    _shortened,
    _regular,
    _misspelt,
)


def _path_with(view: EventView, key: str) -> str | None:
    return next((path for path in view.leaves if path.endswith(f".{key}")), None)


def _spelled(key: str, keys: Sequence[str]) -> str | None:
    """Give the key that differs only in capital letters and underscores."""
    return next((one for one in keys if one != key and _folded(one) == _folded(key)), None)


def _folded(key: str) -> str:
    return "".join(_letters(key))


def _letters(key: str) -> Iterator[str]:
    return (letter.lower() for letter in key if letter not in "_-")
