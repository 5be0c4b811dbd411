"""How a Blueprint is written down in a file: YAML, or JSON, which is YAML as well.

What looks like a date, a number with leading zeros or a `no` is text here, as it is in JSON: an
option `no` or a version `1.10` stays what somebody wrote.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.shape import BLUEPRINT, Shape

_WIDTH: Final = 100
_KEYS: Final = ("workbooks", "documents", "actions", "space")
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN: Final = (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", list("-0123456789")),
    ("merge", r"<<", ["<"]),
)


class Unreadable(ValueError):
    """A text is not what it should be; the message says why, in words and with the line."""


class _Loader(yaml.CSafeLoader):
    """YAML with the values of JSON, and with every key of an object once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and not key_node.tag.endswith(":merge"):
                if key_node.value in seen:
                    message = f"the key {key_node.value!r} is there twice"
                    raise yaml.MarkedYAMLError(problem=message, problem_mark=key_node.start_mark)
                seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """YAML in the order of the document, texts of several lines as they are read."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # The emitter takes some rare characters for line breaks unless it is told to escape them.
    is_odd = not all(char.isprintable() or char == "\n" for char in text)
    style = '"' if is_odd else "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


for _name, _pattern, _first in _PLAIN:
    _resolver = (f"{_TAG}{_name}", re.compile(f"(?:{_pattern})$"), _first)
    _Loader.add_implicit_resolver(*_resolver)
    _Dumper.add_implicit_resolver(*_resolver)
_Dumper.add_representer(str, _write_text)


def parse(text: str) -> Any:
    """The JSON value that a text in YAML or JSON stands for; raises Unreadable."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1})" if mark else ""
        raise Unreadable(f"It is no YAML: {error.problem or error.context}{place}.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(f"It is no YAML: {error}.") from None


def read_blueprint(text: str) -> dict[str, Any]:
    """The canonical document of a Blueprint in YAML or JSON.

    Raises Unreadable, or a ValidationError with what is wrong with it as a Blueprint.
    """
    document = parse(text)
    if not isinstance(document, dict):
        raise Unreadable(f"A Blueprint is an object with {', '.join(_KEYS)}.")
    return dump(Blueprint.model_validate(document))


def write_blueprint(document: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """The document in YAML, attributes before what is inside, with comment lines on top."""
    ordered = _ordered(document, BLUEPRINT)
    lines = "".join(f"# {line}".rstrip() + "\n" for line in comments)
    body = yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"{lines}{body}"


def _ordered(value: Any, shape: Shape) -> Any:
    if isinstance(value, list) and shape.known_by:
        return [_ordered(item, shape) for item in value]
    if not isinstance(value, Mapping):
        return value
    inside = [*shape.parts]
    keys = sorted(value, key=lambda key: inside.index(key) if key in inside else -1)
    return {key: _ordered(value[key], shape.part(key)) for key in keys}
