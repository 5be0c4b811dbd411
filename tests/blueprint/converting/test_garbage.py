"""Whatever is converted, there comes a Blueprint of it, or a refusal in words."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprint.generated import values
from gqlspaces.blueprint import Blueprint, dump
from gqlspaces.blueprint.converting import from_json_schema, from_original
from gqlspaces.blueprint.notation import Unreadable

SCHEMA_WORDS = (
    "type properties items required enum const $ref allOf anyOf oneOf $defs format maxLength"
    " multipleOf title description readOnly nullable additionalProperties a"
)
SCHEMA_VALUES = ["object", "array", "string", "integer", "#/$defs/a", "#/properties/a", "date", 0.1]
ORIGINAL_WORDS = (
    "data workbooks sheets fields documents actions space config name slug key type title body"
    " operation label options value constraints metadata settings access id ref multi spaceId"
)
ORIGINAL_VALUES = ["a", "b", "enum", "reference", "required", "unique", "sheet", 7, True]
patient = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def documents(words: str, leaves: list[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(words.split())
    return st.recursive(
        st.sampled_from(leaves) | values,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=25,
    )


@patient
@given(documents(ORIGINAL_WORDS, ORIGINAL_VALUES))
def test_any_json_is_a_blueprint_or_refused(document: Any) -> None:
    try:
        conversion = from_original(document)
    except Unreadable:
        return

    assert conversion.blueprint == dump(Blueprint.model_validate(conversion.blueprint))


@patient
@given(documents(SCHEMA_WORDS, SCHEMA_VALUES).filter(lambda found: isinstance(found, dict)))
def test_any_schema_is_a_blueprint(document: Any) -> None:
    conversion = from_json_schema(document)

    assert conversion.blueprint == dump(Blueprint.model_validate(conversion.blueprint))
    assert all(one.message for one in conversion.omissions)
