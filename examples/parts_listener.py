"""Invite guests in parts: a large job is cut into pieces, and what failed can be tried again.

Run it with `gqlspaces listen examples.parts_listener:listener` from the folder above. Start it
more than once: the parts are worked on side by side.
"""

from collections.abc import Sequence
from typing import Any

from gqlspaces.listener import (
    Event,
    Job,
    Listener,
    Outcome,
    Retry,
    ShowSheet,
    Tick,
    configure_space,
    job_in_parts,
)

Json = dict[str, Any]

INVITE: Json = {
    "operation": "invite",
    "label": "Invite all guests",
    "mode": "foreground",
    "primary": True,
    "constraints": [{"type": "hasData"}],
    "inputForm": {
        "type": "simple",
        "fields": [
            {"key": "subject", "type": "string", "label": "Subject", "defaultValue": "Come along"},
            {"key": "batch", "type": "number", "label": "Guests in a part", "defaultValue": 50},
        ],
    },
}

BLUEPRINT: Json = {
    "workbooks": [
        {
            "name": "Party",
            "sheets": [
                {
                    "name": "Guests",
                    "slug": "guests",
                    "fields": [
                        {"key": "name", "type": "string", "label": "Name"},
                        {"key": "email", "type": "string", "label": "Email"},
                        {"key": "invited", "type": "boolean", "label": "Invited"},
                    ],
                }
            ],
            "actions": [INVITE],
        }
    ]
}


class Undeliverable(Exception):
    """Mail to an address cannot be delivered."""


async def send(address: str, subject: str) -> None:
    """Send an invitation; this one only pretends."""
    if address.endswith(".invalid"):
        raise Undeliverable(f"{subject!r} cannot be delivered to {address}.")


async def cut(event: Event) -> list[Json]:
    """Make a part of every so many guests."""
    workbook = await event.api.workbooks.get(event.context["workbookId"])
    if workbook is None:
        return []
    [sheet] = workbook["sheets"]
    size = int(event.payload["input"]["batch"])
    parts: list[Json] = []
    cursor = None
    while True:
        page = await event.api.records.list(sheet["id"], first=size, after=cursor)
        parts.append({"sheetId": sheet["id"], "guests": [one["id"] for one in page.records]})
        cursor = page.cursor
        if cursor is None:
            return parts


async def invite(event: Event, part: Json, tick: Tick) -> Json:
    """Invite the guests of one part, but nobody twice."""
    sheet_id, ids = part["sheetId"], part["guests"]
    page = await event.api.records.list(sheet_id, {"ids": ids}, first=len(ids))
    waiting = [guest for guest in page.records if not guest["values"].get("invited")]
    for number, guest in enumerate(waiting):
        await send(guest["values"]["email"], event.payload["input"]["subject"])
        await event.api.records.update(sheet_id, [{"id": guest["id"], "values": {"invited": True}}])
        await tick(100 * number // len(waiting))
    return {"result": {"invited": len(waiting)}}


async def sum_up(event: Event, parts: Sequence[Job]) -> Outcome | None:
    """Say how many were invited, or offer to try the others again."""
    left = [part for part in parts if part["status"] != "COMPLETE"]
    if not left:
        invited = sum((part["result"] or {})["invited"] for part in parts)
        sheet_id = (parts[0]["partData"] or {})["sheetId"]
        return Outcome(
            f"{invited} guests are invited.",
            heading="Done",
            next=ShowSheet(sheet_id, "See who", hidden_columns=["email"]),
        )
    told = f"{len(left)} of {len(parts)} parts failed: {left[0]['info']}"
    outcome = Outcome(told, acknowledge=True, next=Retry("Try again"))
    await event.api.jobs.fail(event.context["jobId"], outcome=outcome)
    return None


listener = Listener()
listener.use(configure_space(BLUEPRINT))
listener.use(job_in_parts("workbook:invite", cut, invite, sum_up, run_in_parallel=True))
