"""Configure a Space, keep its contacts clean, and change the configuration as data comes in.

Run it with `gqlspaces listen examples.dynamic_listener:listener` from the folder above.
"""

import re
from collections.abc import Sequence
from typing import Any

from gqlspaces.listener import ApiError, Event, Listener, Record, Tick, configure_space

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
