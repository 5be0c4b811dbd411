"""The rules of Documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from gqlspaces.blueprint.document import DocumentConfig, DocumentPatch, render
from gqlspaces.blueprint.limits import DOCUMENTS_PER_SPACE
from gqlspaces.features.actions.service import set_actions
from gqlspaces.features.columns import patched, store
from gqlspaces.features.documents.model import Document
from gqlspaces.features.siblings import check_free, check_room, make_room, reorder
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.transaction import Transaction

_columns = table(Document).c


async def create_document(
    tx: Transaction, *, space_id: str, config: DocumentConfig, index: int | None = None
) -> Document:
    """Add a Document to a Space."""
    space = await tx.find(Space, space_id, path=("spaceId",))
    siblings = await tx.siblings(Document, _columns.space_id == space.id)
    check_free(siblings, None, "title", config.title)
    check_room(siblings, DOCUMENTS_PER_SPACE, "Documents")
    document = new_document(space, config)
    document.position = make_room(siblings, index)
    tx.add(document)
    await tx.flush()
    await set_actions(tx, document, config.actions)
    return document


async def update_document(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> Document:
    """Change a Document: absent stays, null clears."""
    document = await tx.find(Document, id)
    siblings = await tx.siblings(Document, _columns.space_id == document.space_id)
    config = patched(document, DocumentConfig, DocumentPatch, patch, body=document.source)
    rewrite_document(document, config)
    check_free(siblings, document, "title", document.title)
    if "actions" in patch:
        await set_actions(tx, document, config.actions)
    return document


async def delete_document(tx: Transaction, *, id: str) -> Document:
    """Remove a Document and the buttons on it."""
    document = await tx.find(Document, id)
    await tx.remove(document)
    return document


async def reorder_documents(
    tx: Transaction, *, space_id: str, ids: Sequence[str]
) -> list[Document]:
    """Put all Documents of a Space into this order."""
    space = await tx.find(Space, space_id, path=("spaceId",))
    return reorder(await tx.siblings(Document, _columns.space_id == space.id), ids)


def new_document(space: Space, config: DocumentConfig) -> Document:
    """Make the Document of a configuration, not stored yet and without its buttons."""
    document = Document(title=config.title, space_id=space.id)
    rewrite_document(document, config)
    return document


def rewrite_document(document: Document, config: DocumentConfig) -> None:
    """Write a configuration into a Document: the text as it came, and what is harmless of it."""
    store(document, config)
    if document.source != config.body:
        document.source = config.body
        document.html = render(config.body)
