from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from gqlspaces.blueprint import Configuration, problems


@pytest.fixture
def told() -> Callable[[type[Configuration], Any], list[tuple[str, str]]]:
    """What a model says about a document: pairs of code and dotted path."""

    def tell(model: type[Configuration], document: Any) -> list[tuple[str, str]]:
        try:
            model.model_validate(document)
        except ValidationError as error:
            return [(p.code.value, ".".join(p.path)) for p in problems(error)]
        return []

    return tell
