"""Rules of Sheets in few words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gqlspaces.blueprint import SheetConfig, dump
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.features.records.values import Demand, SheetRules


def rules(
    *fields: Mapping[str, Any],
    constraints: Sequence[Mapping[str, Any]] = (),
    demands: Iterable[Demand] = (),
    slots: Sequence[int] = (),
) -> SheetRules:
    """Compile a Sheet as its Blueprint stores it; slots are counted unless they are given."""
    config = SheetConfig.model_validate(
        {"name": "S", "fields": list(fields), "constraints": list(constraints)}
    )
    cells = tuple(
        Cell(slot, field.key, field.label or field.key, field.type)
        for slot, field in zip(slots or range(len(fields)), config.fields, strict=True)
    )
    return SheetRules(
        [{"label": None, **dump(field)} for field in config.fields],
        Layout(cells),
        constraints=[dump(constraint) for constraint in config.constraints],
        demands=frozenset(demands),
    )


def field(key: str, type: str = "string", **more: Any) -> dict[str, Any]:
    """Describe a Field."""
    return {"key": key, "type": type, **more}


def enum(*options: Any, **config: Any) -> dict[str, Any]:
    """Describe the settings of an enum."""
    return {"options": [{"value": option} for option in options], **config}


def stored(type: str, sent: Any, **config: Any) -> Any:
    """Give what a Field of this type stores for a value."""
    cells = rules(field("k", type, config=config)).normalised({"k": sent})
    return cells[0] if cells else None


def told(type: str, sent: Any, **config: Any) -> list[tuple[str, str]]:
    """Give level and source of what a Field of this type tells about a value."""
    sheet = rules(field("k", type, config=config))
    messages = sheet.messages(sheet.normalised({"k": sent}))
    assert all(message["field"] == "k" for message in messages)
    return [(message["type"], message["source"]) for message in messages]
