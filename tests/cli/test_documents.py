"""What the commands ask must be what the schema answers."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from gqlspaces.cli import anatomy, events, jobs, keys, performance, spaces

SCHEMA = Path(__file__).parents[2] / "schema.graphql"


DOCUMENTS = {
    "anatomy": anatomy.ANATOMY,
    "create key": keys.CREATE,
    "create Space": performance.CREATE_SPACE,
    "events": events.EVENTS,
    "keys": keys.KEYS,
    "now": events.NOW,
    "progress": jobs.PROGRESS,
    "revoke key": keys.REVOKE,
    "spaces": spaces.SPACES,
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_of_the_command_line_fits_the_schema(document: str) -> None:
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in validate(schema, parse(document))] == []
