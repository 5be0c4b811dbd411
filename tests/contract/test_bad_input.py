"""Whatever is wrong with an input is said with a code and a place, and nothing is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type

from contract import questions
from contract.data import FIELDS, settle
from contract.inputs import FREE, Place, id_for, input_of, minimal, places, put
from contract.questions import Question
from contract.schema import SCHEMA, mutations, payload_of
from contract.world import World, build_world, dump
from gqlspaces.app import Gateway
from gqlspaces.kernel.errors import REQUEST_CODES, ErrorCode
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.ids import new_id
from harness import Api

NUL, SURROGATE, LONG = "a\x00b", "a\ud800b", "x" * 70_000
DEEP: Any = None
for _level in range(200):
    DEEP = {"deeper": DEEP}
HUGE = 10**400

# Wrong for every member of the type, whatever it means.
WRONG: dict[str, dict[str, Any]] = {
    "String": {"a number": 5, "an object": {}, "NUL": NUL, "a surrogate": SURROGATE, "long": LONG},
    "ID": {"a fraction": 1.5, "an object": {}, "NUL": NUL, "a surrogate": SURROGATE, "long": LONG},
    "Int": {"a text": "5", "a fraction": 1.5, "too much": 2**31, "far too much": HUGE},
    "Float": {"a text": "5", "far too much": HUGE, "an object": {}},
    "Boolean": {"a text": "true", "a number": 1},
    "DateTime": {"a text": "soon", "a number": 5, "no zone": "2026-01-01T00:00:00", "NUL": NUL},
    "JSON": {
        "NUL": {"a": [NUL]},
        "NUL in a key": {NUL: 1},
        "a surrogate": {"a": SURROGATE},
        "far too much": {"a": HUGE},
        "deep": DEEP,
        "long": {"a": LONG},
        "infinity": {"a": float("inf")},
    },
}
# Wrong for every cell of a record; what does not fit its Field is taken and is a fault of the cell.
CELL: dict[str, Any] = {
    "NUL": NUL,
    "a surrogate": SURROGATE,
    "NUL in a list": [NUL],
    "far too much": HUGE,
    "infinity": float("-inf"),
    "no number": float("nan"),
    "an object": {"a": 1},
    "a list in a list": [["a"]],
    "too many": ["a"] * 1001,
    "deep": DEEP,
}
NO_OBJECT: dict[str, Any] = {
    "a list": [1],
    "an empty list": [],
    "a text": "text",
    "an empty text": "",
    "a number": 0,
    "false": False,
}
VALUES: dict[str, Any] = {
    **NO_OBJECT,
    "a Field of elsewhere": {"elsewhere": 1},
    **{f"{what} in {key}": {key: value} for key in FIELDS for what, value in CELL.items()},
}
ENUM = {"an unknown word": "NO_SUCH_WORD", "a number": 5, "an object": {}}
OBJECT = {"a text": "text", "an unknown member": {"noSuchMember": 1}}

# What may be empty although it must be given: a text, or all there is of something.
MAY_BE_EMPTY = {
    "FindAndReplaceRecordsInput.replace",
    *("CreateDocumentInput.body", "SetSheetAccessInput.access", "ConfigureSpaceInput.blueprint"),
    *("UpdateThemeInput.theme", "ActionMessageInput.content", "ActionTextInput.content"),
}
MAY_BE_BLANK = {"FindAndReplaceRecordsInput.find"}
CHANGED_NOTHING = "nothing may be changed by what is refused"


def wrong_values(place: Place) -> Iterator[tuple[str, Any]]:
    """Give everything that must be refused at a place."""
    kind = get_named_type(place.type)
    if place.is_list:
        yield from (("an object", {"a": 1}), ("too many", [None] * 2))
        if place.required and place.member not in MAY_BE_EMPTY:
            yield "empty", []
    elif isinstance(kind, GraphQLEnumType):
        yield from ENUM.items()
    elif isinstance(kind, GraphQLInputObjectType):
        yield from OBJECT.items()
    elif (place.owner, place.name) not in FREE or kind.name != "ID":
        yield from WRONG[kind.name].items()
    yield from VALUES.items() if holds_values(place) else ()
    yield from NO_OBJECT.items() if place.name in {"metadata", "config"} else ()
    yield from nothings(place) if place.required else ()


def nothings(place: Place) -> Iterator[tuple[str, Any]]:
    """Give everything that stands for nothing, where something must be given."""
    yield "null", None
    if place.kind in {"String", "ID"} and not place.is_list and place.member not in MAY_BE_EMPTY:
        yield "empty", ""
        if place.member not in MAY_BE_BLANK:
            yield "blank", "  "


def holds_values(place: Place) -> bool:
    """Whether a place takes the values of a record."""
    return place.name == "values" and place.kind == "JSON" and "Record" in place.owner


def codes_of(result: Any) -> list[str]:
    """Give every code among the errors of an answer."""
    return [str((error.extensions or {}).get("code")) for error in result.errors or ()]


async def send(api: Api, mutation: str, input: Any) -> tuple[list[str], list[list[str]]]:
    """Attempt a mutation; give the codes of the refusal and the places it names.

    A row that is rejected is a refusal too, where no other row was taken.
    """
    title = mutation[0].upper() + mutation[1:]
    rows = (
        "rejected { index code path } commit { id }" if "rejected" in payload_of(mutation) else ""
    )
    document = (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) "
        f"{{ {rows} userErrors {{ code message path }} }} }}"
    )
    try:
        result = await api.run(document, input=input)
    except RequestRefused as refusal:
        return [refusal.code], []
    payload = (result.data or {}).get(mutation) or {}
    told = list(payload.get("userErrors", ()))
    if payload.get("commit") is None:
        told += [
            {**row, "path": ["records", str(row["index"]), *row["path"]]}
            for row in payload.get("rejected", ())
        ]
    return codes_of(result) + [it["code"] for it in told], [it["path"] for it in told]


def fault_in(codes: list[str], paths: list[list[str]], place: Place) -> str | None:
    """Say what is wrong with a refusal, or None."""
    if not codes:
        return None if place.chooses else "was taken"
    if not set(codes) <= (REQUEST_CODES.keys() | set(ErrorCode)) - {"INTERNAL_SERVER_ERROR"}:
        return f"gave {codes}"
    wanted = [str(part) for part in place.path]
    exact = len(place.row) + 1
    if paths and not any(path[:exact] == wanted[:exact] for path in paths):
        return f"named {paths}"
    return None


async def world_with_key(api: Api) -> World:
    world = await build_world(api, "probe", "red")
    key = await api.do("createKey", "key { id }", name="probe", scopes=["SPACE_READ"])
    return replace(world, ids={**world.ids, "key": key["key"]["id"]})


async def test_every_wrong_value_at_every_place_is_refused_with_a_code_and_changes_nothing(
    api: Api, gateway: Gateway
) -> None:
    world, faults, tried, seen = await world_with_key(api), [], 0, set[str]()
    before = await dump(gateway.database)

    for mutation in mutations():
        least = minimal(mutation, world)
        for place in places(mutation, seen):
            for what, value in wrong_values(place):
                codes, paths = await send(api, mutation, put(least, place, value, world))
                tried += 1
                if fault := fault_in(codes, paths, place):
                    faults.append(f"{place} with {what} {fault}")
        if before != (after := await dump(gateway.database)):
            faults.append(f"{mutation}: {CHANGED_NOTHING}")
            before = after

    assert not faults, "\n".join(faults)
    inputs = {name for name, kind in SCHEMA.type_map.items() if is_input(kind)}
    asked = {"EventFilter", "JobFilter", "RecordOrder", "SpaceFilter", "SpaceOrder"}
    asked |= {"BlueprintSource", "ListenerInput", "ListenerRegistrationInput"}
    assert inputs - asked == seen | {input_of(mutation).name for mutation in mutations()}
    assert tried > 1500


def is_input(kind: object) -> bool:
    return isinstance(kind, GraphQLInputObjectType)


async def test_what_must_be_given_is_missed_when_it_is_not(api: Api, gateway: Gateway) -> None:
    world, faults, seen = await world_with_key(api), [], set[str]()
    before = await dump(gateway.database)

    for mutation in mutations():
        least = minimal(mutation, world)
        for place in places(mutation, seen):
            if not place.required or place.path[-1] == 0:
                continue
            codes, _paths = await send(api, mutation, without(least, place, world))
            if codes != ["BAD_USER_INPUT"]:
                faults.append(f"{place} {codes}")

    assert not faults, "\n".join(faults)
    assert before == await dump(gateway.database)


def without(least: dict[str, Any], place: Place, world: World) -> dict[str, Any]:
    """Give the input without what stands at a place."""
    gone: dict[str, Any] = put(least, place, None, world)
    inner: Any = gone
    for part in place.path[:-1]:
        inner = inner[part]
    del inner[place.path[-1]]
    return gone


async def test_the_id_of_nothing_or_of_something_else_is_not_found(
    api: Api, gateway: Gateway
) -> None:
    world, faults = await world_with_key(api), []
    before = await dump(gateway.database)

    for mutation in mutations():
        least = minimal(mutation, world)
        for place in places(mutation):
            if place.kind != "ID" or place.is_list or (place.owner, place.name) in FREE:
                continue
            prefix = id_for(mutation, place.name, world.ids).partition("_")[0]
            other = world.ids["key" if prefix != "key" else "sp"]
            for id in (new_id(prefix), other, f"{prefix}_short", "nonsense", "%", "*"):
                codes, paths = await send(api, mutation, put(least, place, id, world))
                wanted = [] if place.chooses else [place.refusal]
                if codes != wanted or fault_in(codes, paths, place):
                    faults.append(f"{place} with {id}: {codes} {paths}")

    assert not faults, "\n".join(faults)
    assert before == await dump(gateway.database)


def taken_names(ids: dict[str, str]) -> list[tuple[str, dict[str, Any], tuple[str, str]]]:
    """Give inputs that use a name twice, with the code and the place that say so."""
    field, button = {"key": "a"}, {"operation": "go", "label": "Go"}
    sheet = {"name": "S", "slug": "s", "fields": [field]}
    space, book, workbook = {"spaceId": ids["sp"]}, ids["wb"], {"name": "W", "sheets": [sheet]}
    page = {"title": "T", "body": "B"}
    twice = "DUPLICATE"
    return [
        ("createApp", {"name": "probe app", "namespace": "red", "type": "CUSTOM"}, (twice, "name")),
        ("createWorkbook", space | {"name": "probe"}, (twice, "name")),
        ("createWorkbook", space | workbook | {"sheets": [sheet] * 2}, (twice, "sheets.1.slug")),
        ("createSheet", {"workbookId": book, **sheet, "slug": "probe"}, (twice, "slug")),
        (
            "createSheet",
            {"workbookId": book, **sheet, "fields": [field] * 2},
            (twice, "fields.1.key"),
        ),
        ("createField", {"sheetId": ids["sh"], "key": "probe"}, (twice, "key")),
        ("createDocument", space | {"title": "probe", "body": ""}, (twice, "title")),
        (
            "createAction",
            {"targetId": ids["sp"], **button, "operation": "probe"},
            (twice, "operation"),
        ),
        ("createSpace", {"labels": ["a", "a"]}, (twice, "labels.1")),
        ("createSpace", {"actions": [button] * 2}, (twice, "actions.1.operation")),
        ("updateSpace", {"id": ids["sp"], "actions": [button] * 2}, (twice, "actions.1.operation")),
        (
            "configureSpace",
            space | {"blueprint": {"workbooks": [workbook] * 2}},
            (twice, "blueprint.workbooks.1.name"),
        ),
        (
            "configureSpace",
            space | {"blueprint": {"documents": [page] * 2}},
            (twice, "blueprint.documents.1.title"),
        ),
        ("updateSheet", {"id": ids["sh"], "fields": [field] * 2}, (twice, "fields.1.key")),
    ]


async def test_a_name_that_is_taken_is_told_with_its_place(api: Api, gateway: Gateway) -> None:
    world = await world_with_key(api)
    before = await dump(gateway.database)

    for mutation, input, told in taken_names(dict(world.ids)):
        assert await api.refused(mutation, **input) == [told], (mutation, input)

    assert before == await dump(gateway.database)


async def test_renaming_to_a_name_that_is_taken_is_refused_too(api: Api, gateway: Gateway) -> None:
    world = await world_with_key(api)
    ids = world.ids
    for mutation in ("createApp", "createWorkbook", "createSheet", "createField"):
        await api.do(
            mutation,
            "",
            **minimal(mutation, world) | {"key" if mutation == "createField" else "name": "second"},
        )
    await settle(api, ids["sp"])
    await api.do("createDocument", "", spaceId=ids["sp"], title="second", body="")
    await api.do("createAction", "", targetId=ids["sp"], operation="second", label="Second")
    before = await dump(gateway.database)

    for mutation, kind, name in (
        ("updateApp", "app", "name"),
        ("updateWorkbook", "wb", "name"),
        ("updateSheet", "sh", "slug"),
        ("updateField", "fd", "key"),
        ("updateDocument", "dc", "title"),
        ("updateAction", "ac", "operation"),
    ):
        told = await api.refused(mutation, **{"id": ids[kind], name: "second"})
        assert told == [("DUPLICATE", name)], mutation

    assert before == await dump(gateway.database)


BAD_ARGUMENTS: dict[str, list[Any]] = {
    "String": [NUL, SURROGATE, LONG, "", "%", "_", "\\", "'", "v1.x.1", "v1.x." + "9" * 30],
    "ID": [NUL, SURROGATE, LONG, "", "sp_", "nonsense"],
    "Int": [-1, 101, 2**31 - 1, 2**31],
    "Boolean": ["true"],
    "JSON": [{"a": NUL}, {NUL: 1}, {"a": SURROGATE}, {"a": HUGE}, DEEP, [], [5], 5, NUL],
}


def bad_arguments(ids: Mapping[str, str]) -> Iterator[tuple[str, Question]]:
    """Ask every field with bad values for each of its arguments, and for members of its filters."""
    for asked in questions.asked_with_arguments():
        for argument, wanted in asked.field.args.items():
            kind = get_named_type(wanted.type)
            for value in bad_values(kind, listed="[" in str(wanted.type)):
                what = f"{asked}({argument}: {str(value)[:100]})"
                yield what, asked.question(ids, {argument: value})


def bad_values(kind: Any, *, listed: bool) -> Iterator[Any]:
    if isinstance(kind, GraphQLInputObjectType):
        yield from ("text", {"noSuchMember": 1})
        for name, member in kind.fields.items():
            inner = get_named_type(member.type)
            for value in bad_values(inner, listed="[" in str(member.type)):
                yield {name: value}
        return
    values = list(ENUM.values()) if isinstance(kind, GraphQLEnumType) else BAD_ARGUMENTS[kind.name]
    yield from ([[value] for value in values] if listed else values)
    if listed:
        yield from ([None], [values[0]] * 101)


async def test_a_query_answers_bad_arguments_with_a_code_or_with_nothing(
    api: Api, gateway: Gateway
) -> None:
    world = await world_with_key(api)
    before, faults, tried = await dump(gateway.database), list[str](), 0

    for what, asked in bad_arguments(world.ids):
        tried += 1
        try:
            result = await api.run(asked.document, **asked.variables)
        except RequestRefused as refusal:
            codes = [refusal.code]
        else:
            codes = codes_of(result)
        if not set(codes) <= REQUEST_CODES.keys() - {"INTERNAL_SERVER_ERROR"}:
            faults.append(f"{what}: {codes}")

    assert not faults, "\n".join(faults)
    assert before == await dump(gateway.database)
    assert tried > 250


async def test_a_cursor_that_no_list_gave_out_is_refused(api: Api) -> None:
    world, faults = await world_with_key(api), []
    refused = (["BAD_USER_INPUT"], ["CURSOR_INVALID"])

    for asked in (it for it in questions.asked_with_arguments() if it.is_list):
        first = asked.question(world.ids, {"first": 1})
        [edge] = asked.answer(await api(first.document, **first.variables))["edges"]
        cursor = edge["cursor"]
        for broken in ("", "nonsense", "bm9uc2Vuc2U", cursor[:-2], cursor + "x", cursor[::-1]):
            for end in ("after", "before"):
                page = asked.question(world.ids, {end: broken})
                codes = codes_of(await api.run(page.document, **page.variables))
                faults += [] if codes in refused else [f"{asked}({end}: {broken}): {codes}"]

    assert not faults, "\n".join(faults)
