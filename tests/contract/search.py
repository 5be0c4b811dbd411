"""The search for what a caller should not see or touch: everything that it can ask and attempt."""

from itertools import chain
from typing import Any

from contract import questions
from contract.inputs import FREE, Place, id_for, minimal, places, put
from contract.schema import mutations, queries
from contract.spy import Spy
from contract.world import NUMBERED, World, ids_in, unknown
from gqlspaces.kernel.ids import numbered_id, prefix_of

NEAR = 3  # levels


def foreign_ids(spy: Spy) -> list[str]:
    return list(chain.from_iterable(world.ids.values() for world in spy.foreign))


def of_data(world: World) -> dict[str, str]:
    """Give the ids of what is in a Sheet and around it."""
    return {kind: world.ids[kind] for kind in ("sp", "sh", *NUMBERED)}


async def look_everything_up(spy: Spy) -> list[str]:
    """Ask every lookup for the spy's own and for foreign things; give the answers that differ."""
    told_apart = []
    for name in questions.by_id():
        for own in spy.own.ids.values():
            for noun in questions.nouns() if name == "node" else [None]:
                # What hangs further below most nouns is asked for by their own names.
                levels = NEAR if noun else questions.DEEPEST
                await spy.ask(questions.question(name, {"id": own}, on=noun, levels=levels))
        for id in foreign_ids(spy):
            nobody, noun = unknown(id), "Space" if name == "node" else None
            there = await spy.ask(questions.question(name, {"id": id}, on=noun, levels=1))
            nowhere = await spy.ask(questions.question(name, {"id": nobody}, on=noun, levels=1))
            if there.replace(id, "") != nowhere.replace(nobody, ""):
                told_apart.append(f"{name}({id}): {there} {nowhere}")
    for noun in questions.nouns():
        mixed = {"ids": [*spy.own.ids.values(), *foreign_ids(spy)]}
        await spy.ask(questions.question("nodes", mixed, on=noun, levels=NEAR))
    return told_apart


async def list_everything(spy: Spy, cursors: dict[str, list[str]]) -> None:
    """Ask every list with every argument that could pick out what is foreign."""
    for name in {*queries()} - {*questions.by_id(), *questions.lists(), "nodes"}:
        await spy.ask(questions.Asked("Query", name).question(spy.own.ids, {}))
    await list_all(spy, listing(), cursors)


async def list_all(spy: Spy, fields: list[questions.Asked], cursors: dict[str, list[str]]) -> None:
    """Ask some of the lists."""
    for field in fields:
        for page in ({"first": 100}, {"last": 100}) if field.is_list else ({},):
            await spy.ask(field.question(spy.own.ids, page, levels=questions.DEEPEST - 2))
        asked = {}
        for world in spy.foreign:
            ids = world.ids if field.is_root else of_data(world)
            for one in questions.variations(field, spy.own.ids, ids, [*spy.words, "green"]):
                asked[one.document, one.sent] = one
        for one in asked.values():
            await spy.ask(one)
        ids_of_data = [id for world in spy.foreign for id in of_data(world).values()]
        for cursor in (*cursors.get(field.name, ()), *ids_of_data) if field.is_list else ():
            await spy.ask(field.question(spy.own.ids, {"first": 100, "after": cursor}))
            await spy.ask(field.question(spy.own.ids, {"last": 100, "before": cursor}))


async def choose_by_foreign_ids(spy: Spy) -> list[str]:
    """Ask every list for what foreign and unknown ids choose; give the answers that differ."""
    told_apart = []
    for field in listing():
        for world in spy.foreign:
            for asked in questions.variations(field, spy.own.ids, of_data(world), []):
                for id in ids_in(asked.sent) & set(world.ids.values()):
                    there = await spy.ask(asked)
                    nowhere = await spy.ask(asked.about(id, nobody := unknown(id)))
                    if there.replace(id, "") != nowhere.replace(nobody, ""):
                        told_apart.append(f"{asked.field}({asked.sent}): {there} {nowhere}")
    return told_apart


def listing() -> list[questions.Asked]:
    """Give every field that chooses what it gives by its arguments."""
    return [
        it
        for it in questions.asked_with_arguments()
        if it.is_list or not it.is_root or questions.sources(it.field)
    ]


async def change_everything(spy: Spy, only: str = "") -> list[str]:
    """Attempt mutations with a foreign id at every place; give what was not refused alike.

    ``only`` limits them to those with such a word in their name.
    """
    odd = []
    for mutation in (name for name in mutations() if only in name):
        for place in places(mutation):
            if place.kind != "ID" or place.is_list or (place.owner, place.name) in FREE:
                continue
            for world in spy.foreign:
                right = id_for(mutation, place.name, world.ids)
                wrong = world.ids["sp" if right == world.ids["jb"] else "jb"]
                odd += await attempt(spy, place, right, right=True)
                odd += await attempt(spy, place, wrong, right=False)
    return odd


async def attempt(spy: Spy, place: Place, id: str, *, right: bool) -> list[str]:
    """Attempt a mutation with an id, of the `right` noun or not; say what was not refused alike."""
    least = minimal(place.mutation, spy.own)
    payload, there = await spy.change(place.mutation, put(least, place, id, spy.own))
    told = refusals(payload or {}, place)
    wanted = (place.refusal, tuple(map(str, place.path)))
    if place.name == "ids":
        wanted = (place.refusal, wanted[1][:-1])  # they must agree together
    if place.chooses == bool(told) or (right and not place.chooses and wanted not in told):
        return [f"{place} with {id}: {there}"]
    for nobody in unknown_to(spy.own, id):
        _, nowhere = await spy.change(place.mutation, put(least, place, nobody, spy.own))
        if there.replace(id, "") != nowhere.replace(nobody, ""):
            return [f"{place} with {id} tells: {there} {nowhere}"]
    return []


def refusals(payload: dict[str, Any], place: Place) -> list[tuple[str, tuple[str, ...]]]:
    """Give what was refused, each with its code and its place in the input."""
    rows = payload.get("rejected", ()) if place.row else ()
    told = [(row["code"], ("records", str(row["index"]), *row["path"])) for row in rows]
    return told + [(error["code"], tuple(error["path"])) for error in payload["userErrors"]]


def unknown_to(own: World, id: str) -> list[str]:
    """Give ids of the same noun that nothing has, one of them of the own Sheet if it is in one."""
    prefix = prefix_of(id) or ""
    near = [numbered_id(prefix, own.ids["sh"], 2**20)] if prefix in NUMBERED else []
    return [unknown(id), *near]
