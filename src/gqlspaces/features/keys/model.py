"""The table of API keys."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field

from gqlspaces.kernel.entity import Entity, json_column, time_column, word_column


class KeyKind(StrEnum):
    """Who holds a key."""

    SECRET = "secret"  # noqa: S105 - the name of a kind, no password
    PUBLISHABLE = "publishable"


class Key(Entity, table=True):
    """An API key; only its hash is stored, so a copy of the database opens nothing."""

    __tablename__ = "api_key"
    prefix: ClassVar[str] = "key"

    name: str = Field(max_length=255, description="What it is used for.")
    kind: KeyKind = word_column("Who may hold it.", default=KeyKind.SECRET)
    hash: str = Field(max_length=64, unique=True, description="The SHA-256 of the key.")
    hint: str = Field(max_length=24, description="The beginning of the key, to recognise it.")
    scopes: list[str] = json_column("What it may be used for.")
    namespaces: list[str] | None = json_column(
        "The namespaces it is limited to; null for the whole environment.", default=None
    )
    expires_at: datetime | None = time_column("When it stops working.", default=None)
    revoked_at: datetime | None = time_column("When it was revoked.", default=None)
