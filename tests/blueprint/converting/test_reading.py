import json
import subprocess
import sys
from typing import Any

import pytest

from blueprint.test_seeds import CONTACTS, LISTING
from gqlspaces.blueprint.converting import read
from gqlspaces.blueprint.notation import Unreadable, write_blueprint

SQL = "CREATE TABLE people (a text);"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def slugs(text: str, name: str, **options: Any) -> list[tuple[str, str]]:
    blueprint = read(text, name, **options).blueprint
    return [
        (book["name"], sheet["slug"]) for book in blueprint["workbooks"] for sheet in book["sheets"]
    ]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (SQL, "shop.sql", ("shop", "people")),
        (f"-- of the shop\n{SQL}", "shop.txt", ("shop", "people")),
        ("create  temporary table if not exists people (a text)", "-", ("-", "people")),
        (json.dumps(SCHEMA), "people.schema.json", ("people.schema", "people-schema")),
        ("properties:\n  a: {type: string}", "people.yaml", ("people", "people")),
        (json.dumps({"$ref": "#/$defs/a", "$defs": {"a": SCHEMA}}), "a.json", ("a", "a")),
        (json.dumps({"type": "array", "items": SCHEMA}), "list.json", ("list", "list")),
        (json.dumps(LISTING), "setup.json", ("Customer Data", "contacts")),
        (write_blueprint(LISTING), "setup.yaml", ("Customer Data", "contacts")),
        (json.dumps([CONTACTS]), "sheets.json", ("sheets", "contacts")),
    ],
)
def test_a_file_is_recognised_by_what_is_in_it(
    text: str, name: str, expected: tuple[str, str]
) -> None:
    assert [expected] == slugs(text, name)


def test_a_dialect_says_that_it_is_sql() -> None:
    assert [("a", "people")] == slugs("create table people (a varchar2(9))", "a", dialect="oracle")


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ('{"a": }', "a.json", "no JSON: Expecting value: line 1"),
        ("a: [", "a.yaml", "no YAML"),
        ("just words", "a.txt", "holds no Workbook"),
        ("just words", "a.sql", "no CREATE TABLE|no SQL"),
        ("", "a.yaml", "holds no Workbook"),
    ],
)
def test_what_is_none_of_these_is_refused(text: str, name: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read(text, name)


def test_only_sql_needs_the_parser_of_sql() -> None:
    modules = "sys, gqlspaces.schema, gqlspaces.cli, gqlspaces.blueprint.converting"
    check = f"import {modules}; print('sqlglot' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, check=True, text=True
    )

    assert "False\n" == found.stdout
