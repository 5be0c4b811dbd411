"""Reading JSON Schema: references followed, alternatives put together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote

Path: TypeAlias = tuple[str, ...]
Omit: TypeAlias = Callable[[Path, str], None]

_NULL: Final[Mapping[str, Any]] = {"type": "null"}
# What makes one schema of several, and what is merged when it does.
_COMPOSED: Final = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
_KINDS: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
}


@dataclass(slots=True)
class Node:
    """A schema in one piece.

    `choices` are the values it allows, each with its title; None when it does not list them.
    `references` are those that led here: one that comes again would never end.
    """

    path: Path
    words: dict[str, Any] = field(default_factory=dict)
    is_nullable: bool = False
    choices: list[tuple[Any, Any]] | None = None
    references: frozenset[str] = frozenset()

    @property
    def kind(self) -> str | None:
        """The one type of its values beside null; None when there is none, or several."""
        given = self.words.get("type")
        kinds = [one for one in (given if isinstance(given, list) else [given]) if one != "null"]
        if kinds != [None]:
            return kinds[0] if len(kinds) == 1 and isinstance(kinds[0], str) else None
        if "properties" in self.words:
            return "object"
        if "items" in self.words:
            return "array"
        known = {_KINDS.get(type(value)) for value, _ in self.choices or ()}
        return known.pop() if len(known) == 1 else None

    def text(self, word: str) -> str | None:
        """What the word says, if it says something."""
        value = self.words.get(word)
        return value.strip() if isinstance(value, str) and value.strip() else None


class SchemaReader:
    """Reads the parts of one schema; `omit` is told what could not be followed.

    `followed` are the paths that references led to.
    """

    def __init__(self, root: Mapping[str, Any], omit: Omit) -> None:
        self._root = root
        self._omit = omit
        self.followed: set[Path] = set()

    def read(
        self, schema: Any, path: Path, references: frozenset[str] = frozenset()
    ) -> Node | None:
        """The schema in one piece; None for one that cannot be followed."""
        node = Node(path, references=references)
        if not self._absorb(node, schema, path):
            return None
        given = node.words.get("type")
        if node.words.get("nullable") is True or (isinstance(given, list) and "null" in given):
            node.is_nullable = True
        if node.choices is not None:
            node.is_nullable |= any(value is None for value, _ in node.choices)
            node.choices = [choice for choice in node.choices if choice[0] is not None]
        return node

    def read_at(self, path: Path) -> Node | None:
        """The schema that a reference to this path leads to."""
        steps = [quote(key.replace("~", "~0").replace("/", "~1"), safe="~") for key in path]
        return self.read({"$ref": "#/" + "/".join(steps)}, path)

    def members(self, node: Node) -> Iterator[tuple[str, Node]]:
        """The properties of an object that can be followed, in order."""
        properties = node.words.get("properties")
        for key, schema in properties.items() if isinstance(properties, dict) else ():
            path = (*node.path, "properties", key)
            if (member := self.read(schema, path, node.references)) is not None:
                yield key, member

    def items(self, node: Node) -> Node | None:
        """What a list is a list of; None when that is not said in one way."""
        items = node.words.get("items")
        if not isinstance(items, dict):
            return None
        return self.read(items, (*node.path, "items"), node.references)

    def _absorb(self, node: Node, schema: Any, path: Path) -> bool:
        if not isinstance(schema, Mapping):
            if schema is not True:
                self._omit(path, "Left out: it allows no value.")
            return schema is True
        if "$ref" in schema and not self._follow(node, schema["$ref"], path):
            return False
        for index, part in enumerate(_list(schema.get("allOf"))):
            if not self._absorb(node, part, (*path, "allOf", str(index))):
                return False
        for word in ("anyOf", "oneOf"):
            if not self._choose(node, schema, word, path):
                return False
        _merge(node, {key: value for key, value in schema.items() if key not in _COMPOSED})
        return True

    def _follow(self, node: Node, reference: Any, path: Path) -> bool:
        target = self._target(reference)
        if target is None:
            self._omit(path, f"Left out: {reference} is not in this file.")
        elif reference in node.references:
            self._omit(path, f"Left out: {reference} leads to itself.")
        else:
            node.references |= {reference}
            self.followed.add(_steps(reference))
            return self._absorb(node, target, path)
        return False

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        place: Any = self._root
        for key in _steps(reference):
            if not isinstance(place, Mapping) or key not in place:
                return None
            place = place[key]
        return place

    def _choose(self, node: Node, schema: Mapping[str, Any], word: str, path: Path) -> bool:
        """Take over alternatives: null and another, or values with titles."""
        variants = [one for one in _list(schema.get(word)) if one != _NULL]
        node.is_nullable |= len(variants) < len(_list(schema.get(word)))
        if len(variants) == 1:
            return self._absorb(node, variants[0], (*path, word))
        if variants and all(isinstance(one, Mapping) and "const" in one for one in variants):
            node.choices = [(one["const"], one.get("title")) for one in variants]
        elif variants:
            node.words[word] = variants
        return True


def _merge(node: Node, words: Mapping[str, Any]) -> None:
    for key, value in words.items():
        there = node.words.get(key)
        if key == "properties" and isinstance(there, dict) and isinstance(value, dict):
            node.words[key] = there | value
        elif key == "required" and isinstance(there, list) and isinstance(value, list):
            node.words[key] = [*there, *value]
        else:
            node.words[key] = value
    if "const" in words:
        node.choices = [(words["const"], None)]
    elif isinstance(words.get("enum"), list):
        node.choices = [(value, None) for value in words["enum"]]


def _steps(reference: str) -> Path:
    """The path that a JSON Pointer in a URL names."""
    steps = reference.removeprefix("#").split("/")[1:]
    return tuple(unquote(step).replace("~1", "/").replace("~0", "~") for step in steps)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
