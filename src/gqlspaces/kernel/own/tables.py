"""The tables that every Space's own database has; features add theirs to ``OWN``."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table
from sqlmodel import Field, SQLModel

from gqlspaces.kernel.entity import Json

SCHEMA: Final = "own"

OWN = MetaData(schema=SCHEMA)
"""Its schema is a word that is replaced per Space: by the Space's schema, or nothing in a file."""

FORMAT: Final = 1
"""Which shape the tables have; a database of a later one is refused."""

format_table = Table("format", OWN, Column("version", Integer, primary_key=True))

outbox = Table(
    "outbox",
    OWN,
    Column("seq", Integer, primary_key=True),
    Column("message", Json(none_as_null=True), nullable=False),
    sqlite_autoincrement=True,
)
"""What the main database has still to be told, in order; numbers are never used again."""


class Delivered(SQLModel, table=True):
    """In the main database: up to where the outbox of a Space has been delivered."""

    __tablename__ = "delivered"

    space_id: str = Field(
        primary_key=True, foreign_key="space.id", ondelete="CASCADE", max_length=64
    )
    seq: int = Field(sa_type=BigInteger)
