from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from blueprint.generated import blueprints, values
from blueprint.test_seeds import LISTING
from gqlspaces.blueprint import Blueprint, dump
from gqlspaces.blueprint.notation import Unreadable, parse, read_blueprint, write_blueprint

texts = st.text(st.characters(codec="utf-8")) | st.from_regex(
    r"[-+0-9.eE_:]+|yes|no|on|~|null|<<|=|0x1F|[tT]rue|.inf|2026-01-31|\?|- a|a: b|#",
    fullmatch=True,
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(texts, values | texts | st.lists(texts), max_size=4))
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    assert document == parse(write_blueprint(document))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(blueprints.map(Blueprint.model_validate).map(dump))
def test_a_blueprint_is_read_back_from_its_file(document: dict[str, Any]) -> None:
    assert document == read_blueprint(write_blueprint(document, ["Ours."]))


def test_a_file_is_made_for_people() -> None:
    document = {
        "space": {"labels": ["a"]},
        "documents": [{"title": "Guide", "body": "# Welcome\n\nTo all.\n"}],
        "workbooks": [
            {
                "sheets": [{"fields": [{"key": "no", "type": "string"}], "slug": "s", "name": "S"}],
                "name": "W",
                "labels": ["1.10"],
            }
        ],
    }
    expected = """\
# Of the Space Acme.
#
# Apply it.
workbooks:
- name: W
  labels:
  - '1.10'
  sheets:
  - slug: s
    name: S
    fields:
    - key: 'no'
      type: string
documents:
- title: Guide
  body: |
    # Welcome

    To all.
space:
  labels:
  - a
"""
    comments = ["Of the Space Acme.", "", "Apply it."]

    assert expected == write_blueprint(document, comments)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("true", True),
        ("~", None),
        ("", None),
        ("12", 12),
        ("012", "012"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("0x1F", "0x1F"),
        ("2026-01-31", "2026-01-31"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1.", "1."),
        (".inf", ".inf"),
        ("{a: [1, b]}", {"a": [1, "b"]}),
        ("- &x {a: 1}\n- {<<: *x, b: 2}", [{"a": 1}, {"a": 1, "b": 2}]),
    ],
)
def test_values_are_those_of_json(text: str, value: Any) -> None:
    assert value == parse(text)
    assert type(value) is type(parse(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", "the key 'a' is there twice (line 3)"),
        ("a:\n  - b\n c", "(line 3)"),
        ("a: \x07", "no YAML"),
        ("!!python/name:os.system x", "line 1"),
        ("{[1]: 2}", "unhashable"),
        ("[" * 10_000, "no YAML"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(text)

    assert told in str(refusal.value)


def test_a_blueprint_in_json_is_one_in_yaml() -> None:
    assert LISTING == read_blueprint(write_blueprint(LISTING))
    assert {"workbooks": []} == read_blueprint('{"workbooks": []}')


def test_what_is_no_blueprint_is_refused() -> None:
    with pytest.raises(Unreadable, match="an object with workbooks, documents, actions, space"):
        read_blueprint("- a")
    with pytest.raises(ValidationError, match="Unknown key 'workbook'"):
        read_blueprint("workbook: []")
