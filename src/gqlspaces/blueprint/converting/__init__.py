"""Blueprints from what others describe tables with: JSON Schema, SQL, the hosted original."""

from gqlspaces.blueprint.converting.conversion import Conversion, Omission
from gqlspaces.blueprint.converting.json_schema import from_json_schema
from gqlspaces.blueprint.converting.original import from_original
from gqlspaces.blueprint.converting.reading import read

__all__ = ["Conversion", "Omission", "from_json_schema", "from_original", "read"]
