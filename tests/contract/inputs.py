"""Inputs of mutations made from the schema alone: the least that is taken, and its every place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from contract.data import GONE, NOTE
from contract.schema import mutations
from contract.world import World

Path = tuple[str | int, ...]

# What an `id` names, by the noun in the name of a mutation or of a type.
NOUNS = {
    "Space": "sp",
    "Theme": "sp",
    "Workbook": "wb",
    "Sheet": "sh",
    "Field": "fd",
    "Action": "ac",
    "Document": "dc",
    "Job": "jb",
    "AppRevision": "ar",
    "App": "app",
    "Key": "key",
    "Record": "rc",
    "Commit": "vr",
    "Snapshot": "ss",
    "Tick": "tk",
    "Revision": "rv",
    "Rollout": "ro",
    "Listener": "ls",
}
# What other members of type ID name.
KINDS = {
    "actionId": "ac",
    "answers": "vr",
    "appId": "app",
    "commitId": "vr",
    "destinationId": "wb",
    "documentId": "dc",
    "eventId": "ev",
    "jobId": "jb",
    "parentId": "jb",
    "predecessorIds": "jb",
    "primaryWorkbookId": "wb",
    "sheetId": "sh",
    "sinceCommitId": "vr",
    "sourceId": "sp",
    "spaceId": "sp",
    "spaceIds": "sp",
    "targetId": "sp",
    "workbookId": "wb",
}
# Ids of the caller's own, that are stored as they come and never looked up.
FREE = {("CreateSpaceInput", "spaceConfigId"), ("UpdateSpaceInput", "spaceConfigId")}
FREE |= {("JobSubjectInput", "id")}
# Ids that must agree with something else; any that does not is refused with the same code.
AGREEING = {
    ("CreateJobInput", "spaceId"): "INVALID",
    ("RecordPatchInput", "commitId"): "CONFLICT",
    **{(f"Reorder{nouns}Input", "ids"): "INVALID" for nouns in ("Actions", "Documents", "Fields")},
    **{(f"Reorder{nouns}Input", "ids"): "INVALID" for nouns in ("Sheets", "Workbooks")},
}
# Ids that choose: of those that there are not nothing is chosen, and that is no fault.
CHOOSING = {("RecordSelection", "ids")}
# Members that do not apply to what the least input is about: an Action on a Space, not on a Sheet.
INAPPLICABLE = {("runAction", "selection")}
# Members without which the schema would let an input pass but no rule would.
_NEEDED = {(f"{verb}JobInput", "lease") for verb in ("Update", "Complete", "Fail", "Split")}
_NEEDED |= {("JobSubjectInput", "resource")}
# Members whose value the schema says nothing of.
_VALUES: dict[tuple[str, str], Any] = {
    ("JobSubjectInput", "type"): "COLLECTION",
    ("CreateAppInput", "namespace"): "red",
    ("CreateJobInput", "type"): "SPACE",
    ("SplitJobInput", "parts"): 2,
    ("EnumOptionInput", "value"): "one",
    ("RecordInput", "values"): {NOTE: "one"},
    ("BulkUpdateRecordsInput", "values"): {NOTE: "one"},
    ("UpsertRecordsInput", "key"): NOTE,
    ("PurgeRemovedFieldsInput", "keys"): [GONE],
}
_numbers = count()


@dataclass(frozen=True)
class Place:
    """A place in the input of a mutation: where it is, what it takes, and whose member it is."""

    mutation: str
    path: Path
    owner: str
    type: GraphQLInputType

    @property
    def name(self) -> str:
        """The name of the member."""
        return str(next(part for part in reversed(self.path) if isinstance(part, str)))

    @property
    def required(self) -> bool:
        return isinstance(self.type, GraphQLNonNull)

    @property
    def member(self) -> str:
        """The name of the member with that of its owner."""
        return f"{self.owner}.{self.name}"

    @property
    def refusal(self) -> str:
        """The code that refuses an id of nothing here."""
        if (self.mutation, self.path[0]) in INAPPLICABLE:
            return "INVALID"
        return AGREEING.get((self.owner, self.name), "NOT_FOUND")

    @property
    def chooses(self) -> bool:
        """Whether it may name what there is not."""
        applies = (self.mutation, self.path[0]) not in INAPPLICABLE
        return applies and (self.owner, self.name) in CHOOSING

    @property
    def row(self) -> Path:
        """The row that it is a part of, where rows are refused one by one."""
        return self.path[:2] if self.path[:2] == ("records", 0) else ()

    @property
    def kind(self) -> str:
        """The name of the type at the bottom of it."""
        return get_named_type(self.type).name

    @property
    def is_list(self) -> bool:
        return isinstance(_nullable(self.type), GraphQLList)

    def __str__(self) -> str:
        return f"{self.mutation}:{'.'.join(map(str, self.path))}"


def input_of(mutation: str) -> GraphQLInputObjectType:
    found = get_named_type(mutations()[mutation].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def minimal(mutation: str, world: World) -> dict[str, Any]:
    """Give the least that the mutation takes, about the things of this world."""
    return _object(input_of(mutation), mutation, world)


def id_for(mutation: str, name: str, ids: Mapping[str, str]) -> str:
    """Give the id of a thing that the member of this name may name."""
    if name in KINDS:
        return ids[KINDS[name]]
    [noun] = re.findall("|".join(NOUNS), mutation)[:1]
    return ids[NOUNS[noun]]


def places(mutation: str, seen: set[str] | None = None) -> Iterator[Place]:
    """Give every place in the input of a mutation; a nested input is entered once in `seen`."""
    yield from _places(mutation, input_of(mutation), (), seen if seen is not None else set())


def put(input: dict[str, Any], place: Place, value: Any, world: World) -> dict[str, Any]:
    """Give the input with a value at a place, and on the way there the least that is taken."""
    made = dict(input)
    head, *rest = place.path
    if not rest:
        made[str(head)] = value
        return made
    kind = input_of(place.mutation)
    made[str(head)] = _put(kind.fields[str(head)].type, tuple(rest), place, value, world)
    return made


def _put(wanted: GraphQLInputType, path: Path, place: Place, value: Any, world: World) -> Any:
    if not path:
        return value
    head, *rest = path
    bare = _nullable(wanted)
    if isinstance(bare, GraphQLList):
        return [_put(bare.of_type, tuple(rest), place, value, world)]
    assert isinstance(bare, GraphQLInputObjectType)
    made = _object(bare, place.mutation, world)
    member = bare.fields[str(head)].type
    made[str(head)] = _put(member, tuple(rest), place, value, world)
    return made


def _places(
    mutation: str, kind: GraphQLInputObjectType, path: Path, seen: set[str]
) -> Iterator[Place]:
    for name, member in kind.fields.items():
        place = Place(mutation, (*path, name), kind.name, member.type)
        yield place
        named = get_named_type(member.type)
        inner = (*place.path, 0) if place.is_list else place.path
        if place.is_list:
            item = _nullable(member.type)
            assert isinstance(item, GraphQLList)
            yield Place(mutation, inner, kind.name, item.of_type)
        if isinstance(named, GraphQLInputObjectType) and named.name not in seen:
            seen.add(named.name)
            yield from _places(mutation, named, inner, seen)


def _object(kind: GraphQLInputObjectType, mutation: str, world: World) -> dict[str, Any]:
    made = {}
    for name, member in kind.fields.items():
        if (kind.name, name) in _NEEDED or isinstance(member.type, GraphQLNonNull):
            made[name] = _value(member.type, (kind.name, name), mutation, world)
    return made


def _value(wanted: GraphQLInputType, where: tuple[str, str], mutation: str, world: World) -> Any:
    known = {**_VALUES, (where[0], "lease"): world.lease}
    known["ReorderFieldsInput", "ids"] = list(world.fields)
    if where in known:
        return known[where]
    bare = _nullable(wanted)
    if isinstance(bare, GraphQLList):
        return [_value(bare.of_type, where, mutation, world)]
    if isinstance(bare, GraphQLInputObjectType):
        return _object(bare, mutation, world)
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    if bare.name == "ID":
        return id_for(mutation, where[1], world.ids)
    plain = {"Int": 1, "Float": 0.5, "Boolean": True, "JSON": {}}
    return plain.get(bare.name, f"probe{next(_numbers)}")


def _nullable(wanted: GraphQLInputType) -> Any:
    return wanted.of_type if isinstance(wanted, GraphQLNonNull) else wanted
