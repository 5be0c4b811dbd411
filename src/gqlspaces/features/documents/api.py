"""Documents in GraphQL."""

from typing import Any

import strawberry
from strawberry import auto

from gqlspaces.blueprint.document import DocumentConfig, DocumentPatch
from gqlspaces.features.actions.api import Action
from gqlspaces.features.actions.model import Action as ActionRow
from gqlspaces.features.columns import checked
from gqlspaces.features.documents import model, service
from gqlspaces.features.documents.topics import CATALOGUE, TOPICS
from gqlspaces.features.spaces.api import Space
from gqlspaces.features.spaces.model import Space as SpaceRow
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, children, exposes, extend, one
from gqlspaces.kernel.graphql.inputs import (
    accepts,
    body_of,
    index_of,
    optional,
    repeatable,
    required,
)
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction


def _body(root: Any) -> str:
    body: str = root.html
    return body


def _source(root: Any, info: Info) -> str | None:
    info.context.principal.require(Scope.SPACE_WRITE)
    source: str = root.source
    return source


@exposes(model.Document)
class Document(Node):
    """A static page of a Space."""

    id: auto
    environment_id: auto
    space_id: auto
    title: auto
    body: str = strawberry.field(
        resolver=_body, description="Its text as HTML that is safe to show."
    )
    source: str | None = strawberry.field(
        resolver=_source,
        description=(
            "Its text as it was written: Markdown, HTML or both. Not safe to show, and only for "
            "keys that may write."
        ),
    )
    treatments: auto
    created_from: auto
    last_propagated_at: auto
    created_at: auto
    updated_at: auto
    space: Space | None = one(SpaceRow, Space, by="space_id", description="The Space it is in.")
    actions: list[Action] = children(
        ActionRow, Action, by="target_id", description="Buttons on the Document, in order."
    )


@query(Scope.SPACE_READ, id="The Document.")
async def document(info: Info, id: strawberry.ID) -> Document | None:
    """A Document, or null where this key sees none."""
    return await info.context.reader.find(model.Document, id)  # type: ignore[return-value]


@accepts(DocumentConfig)
class CreateDocumentInput:
    """What a new Document is and where."""

    space_id: strawberry.ID = required("The Space it is in.")
    index: int | None = optional("Its place among the others, from 0; behind them when absent.")
    idempotency_key: str | None = repeatable()


@accepts(DocumentPatch)
class UpdateDocumentInput:
    """What to change of a Document; absent leaves as it is, null clears."""

    id: strawberry.ID = required("The Document.")


@strawberry.input(description="Which Document to delete.")
class DeleteDocumentInput:
    """Which Document to delete."""

    id: strawberry.ID = required("The Document.")


@strawberry.input(description="The order of the Documents of a Space.")
class ReorderDocumentsInput:
    """The order of the Documents of a Space."""

    space_id: strawberry.ID = required("The Space.")
    ids: list[strawberry.ID] = required("All its Documents in the order wanted.")


@mutation(Scope.SPACE_WRITE, document=Document)
async def create_document(tx: Transaction, input: CreateDocumentInput) -> model.Document:
    """Add a Document to a Space."""
    config = checked(DocumentConfig, body_of(input, without=("space_id", "index")))
    return await service.create_document(
        tx, space_id=input.space_id, config=config, index=index_of(input)
    )


@mutation(Scope.SPACE_WRITE, document=Document)
async def update_document(tx: Transaction, input: UpdateDocumentInput) -> model.Document:
    """Change a Document; a list of buttons is the whole list."""
    return await service.update_document(tx, id=input.id, patch=body_of(input))


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_document(tx: Transaction, input: DeleteDocumentInput) -> str:
    """Delete a Document and the buttons on it."""
    return (await service.delete_document(tx, id=input.id)).id


@mutation(Scope.SPACE_WRITE, documents=list[Document])
async def reorder_documents(
    tx: Transaction, input: ReorderDocumentsInput
) -> dict[str, list[model.Document]]:
    """Put the Documents of a Space into another order."""
    ordered = await service.reorder_documents(tx, space_id=input.space_id, ids=input.ids)
    return {"documents": ordered}


extend(
    Space,
    documents=children(
        model.Document, Document, by="space_id", description="Its Documents, in order."
    ),
)

feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[document],
    mutations=[create_document, update_document, delete_document, reorder_documents],
    types=[Document],
)
