"""Configure a Space, keep its contacts clean, and change the configuration as things happen.

After an action the first Sheet is locked and the guide updated; after data changes a Sheet may
get another Field.

Run it with `gqlspaces listen examples.dynamic_listener:listener` from the folder above.
"""

import re
from collections.abc import Sequence
from typing import Any

from gqlspaces.listener import (
    ApiError,
    Event,
    GoTo,
    Listener,
    Outcome,
    Record,
    Tick,
    configure_space,
    job_handler,
)

Json = dict[str, Any]

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

FIELDS: list[Json] = [
    {"key": "firstName", "type": "string", "label": "First Name"},
    {"key": "lastName", "type": "string", "label": "Last Name"},
    {"key": "email", "type": "string", "label": "Email"},
]

SEND: Json = {
    "operation": "sendToPeople",
    "label": "Send to people",
    "mode": "background",
    "description": "Send the selected records to the people in charge",
    "constraints": [{"type": "hasSelection"}],
}

SUBMIT: Json = {
    "operation": "submitActionFg",
    "label": "Submit",
    "mode": "foreground",
    "primary": True,
    "description": "Submit the data for processing",
    "constraints": [{"type": "hasAllValid"}, {"type": "hasSelection"}],
}

WELCOME = """
<h1>Welcome</h1>
<p>Enter your contacts: names are tidied as you type, and addresses are checked.</p>
"""

BLUEPRINT: Json = {
    "workbooks": [
        {
            "name": "All Data",
            "labels": ["pinned"],
            "settings": {"trackChanges": True},
            "sheets": [
                {"name": "Contacts", "slug": "contacts", "fields": FIELDS, "actions": [SEND]},
                {"name": "Sheet 2", "slug": "sheet2", "fields": FIELDS, "actions": [SEND]},
            ],
            "actions": [SUBMIT],
        }
    ],
    "documents": [{"title": "Welcome", "body": WELCOME}],
    "space": {
        "metadata": {
            "theme": {
                "root": {"primaryColor": "black"},
                "sidebar": {"logo": "www.example.com/logo.png"},
            }
        }
    },
}

SUBMITTED = """
<h1>Contacts submitted</h1>
<p>Your contacts are on their way, so they cannot be changed any more.</p>
<p>Go on with <b>Sheet 2</b>.</p>
"""

PHONE: Json = {
    "key": "phone",
    "type": "string",
    "label": "Phone Number",
    "description": "How to reach those whose address does not work.",
}

listener = Listener()


async def finish(_event: Event, workbook_ids: Sequence[str], tick: Tick) -> None:
    """Show that the end is near."""
    await tick(51, f"{len(workbook_ids)} workbook created")
    await tick(99, "Almost done")


listener.use(configure_space(BLUEPRINT, finish))


async def lead_on(event: Event, tick: Tick) -> Outcome:
    """Lock the original Sheet, say so in the guide, and lead the person to the second Sheet."""
    api = event.api
    workbook = await api.workbooks.get(event.context["workbookId"])
    space = await api.spaces.get(event.context["spaceId"])
    if workbook is None or space is None:
        raise LookupError("What was to be submitted is gone.")
    sheets = {sheet["slug"]: sheet["id"] for sheet in workbook["sheets"]}

    await api.sheets.lock(sheets["contacts"])
    await tick(50, "Contacts locked")

    for document in space["documents"]:
        await api.documents.update(document["id"], title="What comes next", body=SUBMITTED)

    return Outcome(
        "Your contacts are submitted.", next=GoTo(sheets["sheet2"], "Next: Review Sheet 2")
    )


listener.use(job_handler("workbook:submitActionFg", lead_on))


async def send(event: Event, _tick: Tick) -> Outcome:
    """Send the records that were selected; this one only counts them."""
    job = await event.api.jobs.get(event.context["jobId"])
    if job is None:
        raise LookupError("The job is gone.")
    page = await event.api.records.of_job(job)
    return Outcome(f"{len(page.records)} sent.")


listener.use(job_handler("sheet:sendToPeople", send))


@listener.record_hook("contacts")
def tidy(record: Record, _event: Event) -> None:
    """Write first names in small letters, and complain of addresses that cannot work."""
    record["firstName"] = record.get("firstName", "").lower()
    if "email" in record and not ADDRESS.fullmatch(record["email"]):
        record.add_error("email", "This is not an email address.")


@listener.on("commit:created", {"payload.sheetSlug": "contacts"})
async def ask_for_phone(event: Event) -> None:
    """Give the Sheet a Field for phone numbers once somebody cannot be reached by mail."""
    sheet_id = event.context["sheetId"]
    unreachable = await event.api.records.list(
        sheet_id, {"filter": "error", "filterField": "email"}, first=1
    )
    if unreachable.records:
        try:
            await event.api.sheets.add_field(sheet_id, **PHONE)
        except ApiError as error:
            if error.code != "DUPLICATE":  # another commit, or another replica, was first
                raise
