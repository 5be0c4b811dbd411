"""Which changes of a Document listeners hear about."""

from collections.abc import Iterator

from gqlspaces.features.documents.model import Document
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "document:created": "A Document was added; `context.documentId` names it.",
    "document:updated": "A Document changed; `context.documentId` names it.",
    "document:deleted": "A Document was removed; `context.documentId` names it.",
}


def document_topics(document: Document, change: Change) -> Iterator[Fact]:
    """Announce every change of a Document, without its text."""
    if change.kind != "updated" or change.listed(document):
        yield Fact(f"document:{change.kind}")


TOPICS = {Document: document_topics}
