"""The Blueprint: the whole structure of a Space as one document."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.document import DocumentConfig
from gqlspaces.blueprint.limits import DOCUMENTS_PER_SPACE, WORKBOOKS_PER_SPACE
from gqlspaces.blueprint.problems import ProblemCode, refuse, reject, repeated
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig


def _check_workbooks(workbooks: list[WorkbookConfig]) -> list[WorkbookConfig]:
    refuse(repeated((w.name for w in workbooks), "Workbook name", "name"))
    return workbooks


def _check_documents(documents: list[DocumentConfig]) -> list[DocumentConfig]:
    refuse(repeated((d.title for d in documents), "Document title", "title"))
    return documents


Workbooks = Annotated[
    list[WorkbookConfig], Field(max_length=WORKBOOKS_PER_SPACE), AfterValidator(_check_workbooks)
]
Documents = Annotated[
    list[DocumentConfig], Field(max_length=DOCUMENTS_PER_SPACE), AfterValidator(_check_documents)
]


class Blueprint(Configuration):
    """The structure of a Space: a part that is absent stays as it is, a list is the whole list."""

    workbooks: Workbooks | None = Field(default=None, description="All Workbooks in order.")
    documents: Documents | None = Field(default=None, description="All Documents in order.")
    actions: Actions | None = Field(default=None, description="All buttons on the Space.")
    space: SpaceConfig | None = Field(
        default=None, description="The Space itself: theme and other metadata, settings, access."
    )

    @model_validator(mode="after")
    def _check_actions(self) -> Self:
        if self.actions is not None and self.space and self.space.actions is not None:
            reject(ProblemCode.INVALID, "Must be given in one place only.", "space", "actions")
        return self
