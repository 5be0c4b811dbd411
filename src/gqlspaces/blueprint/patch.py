"""Partial documents: absent leaves unchanged, null clears.

A patch is derived from the configuration that it changes, so that an attribute is written once::

    @patches(SheetConfig)
    class SheetPatch(Patch):
        '''Changes to a Sheet.'''

The decorator replaces the class by one with every attribute of the configuration, each of them
optional and nullable with the same description and the same rules. Rules between attributes hold
for the result and are checked by `apply_patch`.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import Field, create_model, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from gqlspaces.blueprint.configuration import Configuration, dump
from gqlspaces.blueprint.merge import merge_patch
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse

MERGED_KEYS: Final = frozenset({"metadata", "settings"})
_NOTHING: Final[Mapping[str, type["Patch"]]] = MappingProxyType({})


class Patch(Configuration):
    """A partial document; `model_fields_set` tells what was sent."""

    null_is_absent: ClassVar[bool] = False
    required_names: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _keep_required(self) -> Self:
        cleared = [n for n in self.model_fields_set & self.required_names if self.get(n) is None]
        refuse(
            Problem(ProblemCode.REQUIRED, "Must not be cleared.", (to_camel(name),))
            for name in sorted(cleared)
        )
        return self

    def get(self, name: str) -> Any:
        """What was sent for the attribute of this snake_case name; None if nothing was."""
        return getattr(self, name, None)


P = TypeVar("P", bound=Patch)
C = TypeVar("C", bound=Configuration)


def patches(
    configuration: type[Configuration],
    *,
    without: Collection[str] = (),
    nested: Mapping[str, type[Patch]] = _NOTHING,
) -> Callable[[type[P]], type[P]]:
    """A decorator that gives a Patch the attributes of the configuration.

    `without` names attributes that no patch may change; `nested` those merged key by key.
    """

    def derive(patch: type[P]) -> type[P]:
        fields = {
            name: (_optional(info, nested.get(name)), _described(info))
            for name, info in configuration.model_fields.items()
            if name not in without
        }
        derived: type[P] = create_model(  # type: ignore[call-overload]
            patch.__name__,
            __base__=patch,
            __module__=patch.__module__,
            __doc__=patch.__doc__,
            **fields,
        )
        derived.required_names = frozenset(
            name for name, info in configuration.model_fields.items() if info.is_required()
        )
        derived.ignored_keys = configuration.ignored_keys
        return derived

    return derive


def apply_patch(configuration: C, patch: Patch) -> C:
    """The configuration after the patch, fully validated; metadata and settings are merged."""
    document = dump(configuration)
    for key, value in dump(patch).items():
        merges = key in MERGED_KEYS and value is not None
        document[key] = merge_patch(document.get(key), value) if merges else value
    return type(configuration).model_validate(document)


def _optional(info: FieldInfo, nested: type[Patch] | None) -> Any:
    if nested is not None:
        return nested | None
    annotation: Any = info.annotation
    if info.metadata:
        annotation = Annotated.__class_getitem__((annotation, *info.metadata))  # type: ignore[attr-defined]
    return annotation | None


def _described(info: FieldInfo) -> Any:
    return Field(default=None, description=info.description)
