"""How Alembic runs our migrations: on a connection that `gqlspaces.migration` hands over.

The tables are handed over only to compare them with the database, so that an upgrade loads none.
"""

from typing import Any, Literal

from alembic import context

_PLAIN_TYPES = {
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "JSON": "sa.JSON()",
}


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain ones they are in the database."""
    name = type(item).__name__
    if kind != "type":
        return False
    if name == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return _PLAIN_TYPES.get(name, False)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("tables"),
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
