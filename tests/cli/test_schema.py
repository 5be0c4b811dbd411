"""`gqlspaces schema`: the schema as text, and how two of them differ."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gqlspaces.cli import app
from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.schema import differences, served_schema

OLD = '''
"""What can be asked."""
type Query {
  space(id: ID!): String
  old: String
}
'''


def test_what_is_exported_passes_the_check(tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    assert CliRunner().invoke(app, ["schema", "export", "--output", str(file)]).exit_code == 0
    assert file.read_text(encoding="utf-8") == CliRunner().invoke(app, ["schema", "export"]).stdout
    assert CliRunner().invoke(app, ["schema", "check", str(file)]).exit_code == 0


def test_a_difference_is_named_and_fails_the_check(tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    file.write_text(served_schema().replace("  eventCursor: String!", "  cursor: String!"))
    checked = CliRunner().invoke(app, ["schema", "check", str(file)])
    assert isinstance(checked.exception, Failure)
    assert "breaking  Field Query.cursor was removed." in checked.stdout
    assert "safe      Field Query.eventCursor was added." in checked.stdout


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD.replace("  old: String\n", ""), ("breaking", "Field Query.old was removed.")),
        (
            OLD.replace("id: ID!", "id: ID!, at: String"),
            ("dangerous", "An optional argument Query.space(at:) was added."),
        ),
        (
            OLD.replace("\n\n", "\n").replace("  old", "   old"),
            ("safe", "Only descriptions, the order of things or white space changed."),
        ),
    ],
)
def test_a_change_is_judged_in_words(new: str, expected: tuple[str, str]) -> None:
    assert list(differences(OLD, new)) == [expected]


def test_what_is_no_schema_is_said_to_be_none() -> None:
    with pytest.raises(Failure, match="no GraphQL schema: Syntax Error: Expected Name"):
        list(differences("{", OLD))


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    checked = CliRunner().invoke(app, ["schema", "check", str(tmp_path / "none.graphql")])
    assert isinstance(checked.exception, Misuse)
