"""What every part of a blueprint has in common: spelling, unknown keys, canonical form."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from gqlspaces.blueprint.limits import PROBLEMS_PER_ANSWER
from gqlspaces.blueprint.problems import UNTOLD, problems, refuse


@dataclass(slots=True)
class _Failures:
    """How many parts of one document were refused so far."""

    total: int = 0


_FAILURES: Final[ContextVar[_Failures | None]] = ContextVar("failures", default=None)


@contextmanager
def _counted_failures() -> Iterator[_Failures]:
    # Without a count a megabyte of empty objects would keep the machine busy for seconds.
    if failures := _FAILURES.get():
        yield failures
        return
    token = _FAILURES.set(failures := _Failures())
    try:
        yield failures
    finally:
        _FAILURES.reset(token)


class Configuration(BaseModel):
    """A part of a blueprint: camelCase in JSON, snake_case in Python, unknown keys refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    # Keys that older clients send and that mean nothing here.
    ignored_keys: ClassVar[frozenset[str]] = frozenset()
    # In a whole document null says the same as leaving the key out; in a patch it clears.
    null_is_absent: ClassVar[bool] = True

    @classmethod
    def prepared(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The document with shorthands and older spellings written out."""
        return document

    @model_validator(mode="wrap")
    @classmethod
    def _validate(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        with _counted_failures() as failures:
            if failures.total >= PROBLEMS_PER_ANSWER:
                raise PydanticCustomError(UNTOLD, "Not looked at.")
            try:
                return handler(cls._spelled(data) if isinstance(data, Mapping) else data)
            except ValidationError as error:
                failures.total += 1
                found = problems(error, known_keys=[to_camel(name) for name in cls.model_fields])
            refuse(found)
            raise AssertionError(found)

    @classmethod
    def _spelled(cls, data: Mapping[Any, Any]) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for key, value in data.items():
            if key in cls.ignored_keys or (value is None and cls.null_is_absent):
                continue
            alias = to_camel(key) if key in cls.model_fields else key
            document[key if alias in data else alias] = value
        return cls.prepared(document)


def dump(model: Configuration) -> dict[str, Any]:
    """The canonical JSON document of the model; validating it gives an equal model."""
    if model.null_is_absent:
        return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)
