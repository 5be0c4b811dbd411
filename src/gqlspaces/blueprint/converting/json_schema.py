"""From JSON Schema: an object becomes a Sheet, its properties become Fields.

An object inside an object is spread over the Fields of the outer one, as `address_street`; a list
of objects becomes a Sheet of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gqlspaces.blueprint.converting.conversion import Conversion, Omission, one_line, settled
from gqlspaces.blueprint.converting.schema_reading import Node, Path, SchemaReader
from gqlspaces.blueprint.converting.schema_types import field_type, tell_rest
from gqlspaces.blueprint.slug import slugify


def from_json_schema(schema: Mapping[str, Any], *, name: str = "Data") -> Conversion:
    """A Workbook with the Sheets that a JSON Schema of any draft describes."""
    converter = _Converter(schema)
    workbook = converter.workbook(name)
    return settled({"workbooks": [workbook]}, converter.omissions)


class _Converter:
    """Turns the objects of one schema into Sheets."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.omissions: list[Omission] = []
        self._root = root
        self._reader = SchemaReader(root, self._omit)
        self._sheets: list[dict[str, Any]] = []

    def workbook(self, name: str) -> dict[str, Any]:
        """The Workbook for the whole schema, called as its title says."""
        root = self._reader.read(self._root, ())
        title = one_line((root and root.text("title")) or name)
        for key, table in self._tables(root, title) if root else ():
            self._add_sheet(key, table)
        for path in self._definitions():
            if path not in self._reader.followed:
                self._omit(path, "Left out: nothing refers to it.")
        return {"name": title, "sheets": self._sheets}

    def _definitions(self) -> Iterator[Path]:
        for word in ("$defs", "definitions"):
            definitions = self._root.get(word)
            if isinstance(definitions, dict):
                yield from ((word, key) for key in definitions)

    def _omit(self, path: Path, message: str) -> None:
        self.omissions.append(Omission(path, message))

    def _tables(self, root: Node, title: str) -> Iterator[tuple[str, Node]]:
        """What the root is about: itself, what it lists, or else its definitions."""
        items = self._reader.items(root)
        if items is not None:
            tell_rest(root, self._omit, "description")
            yield slugify(title), items
        elif root.words.get("properties"):
            yield slugify(title), root
        else:
            tell_rest(root, self._omit, "description")
            for path in self._definitions():
                if (table := self._reader.read_at(path)) is not None:
                    yield path[-1], table

    def _add_sheet(self, key: str, table: Node) -> bool:
        """Whether the object became a Sheet; Sheets for the lists in it come behind it."""
        place = len(self._sheets)
        tell_rest(table, self._omit)
        fields = list(self._fields(table, prefix="", is_required=True))
        if not fields:
            if len(self._sheets) == place:
                self._omit(table.path, "Left out: it has no properties that could be Fields.")
            return len(self._sheets) > place
        slug = one_line(key)
        while any(slug == sheet["slug"] for sheet in self._sheets):
            slug += "-2"
        sheet = {
            "name": one_line(table.text("title") or key),
            "slug": slug,
            "description": table.text("description"),
            "fields": fields,
            "allowAdditionalFields": table.words.get("additionalProperties") is True,
        }
        self._sheets.insert(place, sheet)
        return True

    def _fields(self, table: Node, *, prefix: str, is_required: bool) -> Iterator[dict[str, Any]]:
        if isinstance(table.words.get("additionalProperties"), dict):
            self._omit((*table.path, "additionalProperties"), "Left out: it has no names.")
        required = table.words.get("required")
        wanted = required if is_required and isinstance(required, list) else []
        for key, member in self._reader.members(table):
            yield from self._field(f"{prefix}{key}", member, is_required=key in wanted)

    def _field(self, key: str, node: Node, *, is_required: bool) -> Iterator[dict[str, Any]]:
        items = self._reader.items(node) if node.kind == "array" else None
        if node.kind == "object":
            if node.words.get("properties"):
                tell_rest(node, self._omit, "title", "description")
                if node.words.get("required") and not is_required:
                    told = "Not required here: what they are in may be left out."
                    self._omit((*node.path, "required"), told)
                yield from self._fields(node, prefix=f"{key}_", is_required=is_required)
            else:
                self._omit(node.path, "Left out: an object of any shape is no value of a Field.")
            return
        if items is not None and items.kind == "object":
            tell_rest(node, self._omit, "title", "description")
            if self._add_sheet(key, items):
                self._omit(node.path, "A Sheet of its own: what it belongs to is not kept.")
            return
        if is_required and node.is_nullable:
            self._omit(node.path, "Not required: it may be null.")
        label = node.text("title")
        yield {
            "key": key,
            "label": " ".join(label.split()) if label else None,
            "description": node.text("description"),
            "readonly": node.words.get("readOnly") is True,
            "constraints": [{"type": "required"}] if is_required and not node.is_nullable else [],
            **field_type(node, self._omit, items),
        }
