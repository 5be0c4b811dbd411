"""What the commands ask must be what the schema answers."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from gqlspaces.cli import anatomy, events, jobs, spaces

SCHEMA = Path(__file__).parents[2] / "schema.graphql"


@pytest.mark.parametrize(
    "document",
    [anatomy.ANATOMY, events.EVENTS, events.NOW, jobs.PROGRESS, spaces.SPACES],
    ids=["anatomy", "events", "now", "progress", "spaces"],
)
def test_a_document_of_the_command_line_fits_the_schema(document: str) -> None:
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in validate(schema, parse(document))] == []
