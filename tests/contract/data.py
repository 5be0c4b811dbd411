"""What the Sheet of every tenant holds: Fields of all types, records, commits and what is left."""

from typing import Any

from harness import Api

NOTE = "note"
GONE = "gone"
_OPTIONS = {"options": [{"value": "one"}, {"value": "two"}]}
# One Field of each type. NOTE tells the records apart, and has the tenant's word in every one.
FIELDS: dict[str, dict[str, Any]] = {
    NOTE: {"type": "string"},
    "amount": {"type": "number"},
    "flag": {"type": "boolean"},
    "day": {"type": "date"},
    "choice": {"type": "enum", "config": _OPTIONS},
    "choices": {"type": "enum-list", "config": _OPTIONS},
    "words": {"type": "string-list"},
    "link": {"type": "reference"},
    "links": {"type": "reference-list"},
}


def fields(word: str, *, removed: bool) -> list[dict[str, Any]]:
    """Describe the Fields of a tenant's Sheet, with or without those that are removed later."""
    own: dict[str, Any] = {"key": word, "label": word, "description": word}
    own["metadata"] = {word: word}
    own["constraints"] = [{"type": "required"}, {"type": "unique"}]
    others = [{"key": key, **kind} for key, kind in FIELDS.items()]
    for field in others:
        if field["type"].startswith("reference"):
            field["config"] = {"ref": word, "key": NOTE}
    left = [] if removed else [{"key": GONE}, {"key": f"{word}-{GONE}"}]
    return [own, *others, *left]


async def fill(api: Api, sheet: str, word: str) -> dict[str, str]:
    """Write records full of a word; the first commit is answered, the last one stays open."""
    full = {
        "values": {
            word: word,
            NOTE: f"{word} 1",
            "words": [word],
            "link": word,
            "links": [word],
            "amount": 1,
            "flag": True,
            "day": "2026-01-31",
            "choice": "one",
            "choices": [word],
            GONE: word,
            f"{word}-{GONE}": word,
        },
        "metadata": {word: word},
        "config": {"fields": {word: {"readonly": True}}},
        "messages": [{"field": word, "level": "WARN", "message": word}],
    }
    bare = {"values": {NOTE: f"{word} 2"}}
    told = "commit { id } recordIds rejected { path }"
    first = await api.do("insertRecords", told, sheetId=sheet, records=[full, bare])
    assert first["rejected"] == []
    kept = await api.do("createSnapshot", "snapshot { id }", sheetId=sheet, label=word)
    change = {"id": first["recordIds"][0], "values": {"words": [word, word], "day": word}}
    written = {"sheetId": sheet, "answers": first["commit"]["id"], "records": [change]}
    await api.do("updateRecords", told, **written)
    last = await api.do("insertRecords", told, sheetId=sheet, records=[bare])
    record, commit, snapshot = first["recordIds"][0], last["commit"]["id"], kept["snapshot"]["id"]
    return {"rc": record, "vr": commit, "ss": snapshot}


async def settle(api: Api, space: str) -> None:
    """Wait until the records of a Space are judged by its Blueprint as it is now."""
    asked = "query ($filter: JobFilter) { jobs(filter: $filter) { edges { node { id } } } }"
    jobs = await api(asked, filter={"spaceId": space, "job": ["sheet:revalidate"]})
    progress = "subscription ($id: ID) { jobProgress(jobId: $id) { status } }"
    for edge in jobs["jobs"]["edges"]:
        async for _step in api.follow(progress, id=edge["node"]["id"]):
            pass
