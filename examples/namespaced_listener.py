"""Configure the Spaces of one customer in its own way; all others get what their App says.

A Space of an App with a Blueprint is configured from that by the service itself. A listener which
asks for a namespace is asked first about the Spaces of this namespace.

Run it with `gqlspaces listen examples.namespaced_listener:listener` from the folder above.
"""

from typing import Any

from gqlspaces.listener import Event, Listener, configure_space

Json = dict[str, Any]

CONTRACTS: Json = {
    "name": "Contracts",
    "slug": "contracts",
    "fields": [
        {"key": "number", "type": "string", "label": "Contract No."},
        {"key": "signedOn", "type": "date", "label": "Signed on"},
    ],
}

listener = Listener()
acme = listener.namespace("space:acme")


async def blueprint(event: Event) -> Json:
    """Describe the Space for the event that asks for it."""
    space = await event.api.spaces.get(event.context["spaceId"])
    name = space["name"] if space else "Acme"
    return {
        "workbooks": [{"name": f"{name} Data", "namespace": "legal", "sheets": [CONTRACTS]}],
        "space": {"metadata": {"theme": {"root": {"primaryColor": "#B91C1C"}}}},
    }


acme.use(configure_space(blueprint))
