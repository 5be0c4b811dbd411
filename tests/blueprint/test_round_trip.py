import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from blueprint.generated import blueprints
from gqlspaces.blueprint import Blueprint, dump


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(blueprints)
def test_a_dumped_blueprint_is_read_back_as_an_equal_one(document: dict[str, Any]) -> None:
    blueprint = Blueprint.model_validate(document)
    dumped = dump(blueprint)

    assert blueprint == Blueprint.model_validate(dumped)
    assert dumped == dump(Blueprint.model_validate(json.loads(json.dumps(dumped))))


def test_absent_parts_stay_absent_and_empty_lists_stay() -> None:
    assert dump(Blueprint.model_validate({"workbooks": [], "documents": None})) == {"workbooks": []}
