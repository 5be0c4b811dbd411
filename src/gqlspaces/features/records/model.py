"""The tables of records: most of them in the Space's own database, a summary in the main one."""

from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from gqlspaces.kernel.entity import Json, UtcDateTime, time_column
from gqlspaces.kernel.own.tables import OWN

LOCAL_BITS: Final = 40
"""A record's number is its Sheet's number shifted by this, plus a number within the Sheet."""


class SortedJson(TypeDecorator[Any]):
    """JSON objects with their members in one order, so that SQLite can compare them as texts."""

    impl = Json(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Put the members in order, as jsonb does by itself."""
        del dialect
        if value is None:
            return None
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


_JSONB: Final = JSONB(none_as_null=True)
JSON_VALUE: Final = Json(none_as_null=True).with_variant(_JSONB, "postgresql")
JSON_OBJECT: Final = SortedJson().with_variant(_JSONB, "postgresql")
# SQLite gives row ids to this type only.
NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")

sheet_state = Table(
    "sheet",
    OWN,
    Column("number", Integer, primary_key=True),
    Column("sheet_id", String(64), nullable=False, unique=True),
    Column("slots", JSON_VALUE, nullable=False),
    Column("rules", JSON_VALUE, nullable=False),
    Column("indexes", JSON_VALUE, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("records", BigInteger, nullable=False, default=0),
    Column("commits", BigInteger, nullable=False, default=0),
    Column("total", BigInteger, nullable=False, default=0),
    Column("valid", BigInteger, nullable=False, default=0),
    Column("snapshots", BigInteger, nullable=False, default=0),
)
"""What is known of a Sheet here.

``records``, ``commits`` and ``snapshots`` count what was ever numbered.
"""

record = Table(
    "record",
    OWN,
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    Column("values", JSON_VALUE, nullable=False),
    Column("messages", JSON_VALUE),
    Column("meta", JSON_OBJECT),
    Column("config", JSON_OBJECT),
    Column("changed", JSON_VALUE),
    Column("valid", Boolean, nullable=False),
    Column("commit_n", NUMBER, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(
        "ix_record_invalid", "n", sqlite_where=text("NOT valid"), postgresql_where=text("NOT valid")
    ),
)

entry = Table(
    "entry",
    OWN,
    Column("rule", NUMBER, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Which records have which value under a rule: uniqueness and references ask nothing else."""

commit = Table(
    "commit",
    OWN,
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("completed_by", String(64)),
    Column("completed_at", UtcDateTime),
    Column("answers", NUMBER),
    Column("created", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    Index(
        "ix_commit_open",
        "n",
        sqlite_where=text("completed_at IS NULL"),
        postgresql_where=text("completed_at IS NULL"),
    ),
)

commit_range = Table(
    "commit_range",
    OWN,
    Column("commit_n", NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String(1), primary_key=True),
    Column("first", NUMBER, primary_key=True, autoincrement=False),
    Column("last", NUMBER, nullable=False),
)
"""The records a commit created (c), updated (u) and deleted (d), as ranges of numbers."""

snapshot = Table(
    "snapshot",
    OWN,
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    Column("label", String(255)),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("valid", BigInteger, nullable=False),
)

snapshot_record = Table(
    "snapshot_record",
    OWN,
    Column("snapshot_n", NUMBER, primary_key=True, autoincrement=False),
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    Column("values", JSON_VALUE, nullable=False),
    Column("messages", JSON_VALUE),
    Column("meta", JSON_OBJECT),
    Column("config", JSON_OBJECT),
    Column("changed", JSON_VALUE),
    Column("created_at", UtcDateTime, nullable=False),
)
"""The records of a Sheet as they were; a slot still means the same Field, so no layout is kept."""

answer = Table(
    "answer",
    OWN,
    Column("caller", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("outcome", JSON_VALUE, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_answer_created_at", "created_at"),
)
"""What writes answered, by the idempotency key of their request."""


upload = Table(
    "upload",
    OWN,
    Column("caller", String(64), primary_key=True),
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("name", String(128), primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("deleted", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("last", JSON_VALUE),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_upload_updated_at", "updated_at"),
)
"""How far streams of records got, so that one that broke off goes on where it was.

``lines`` were taken, and ``last`` is what was answered to the last of them.
"""


class SheetData(SQLModel, table=True):
    """In the main database: what is worth knowing of a Sheet's records without opening them."""

    __tablename__ = "sheet_data"

    sheet_id: str = Field(
        primary_key=True, foreign_key="sheet.id", ondelete="CASCADE", max_length=64
    )
    space_id: str = Field(foreign_key="space.id", ondelete="CASCADE", index=True, max_length=64)
    total: int = Field(sa_type=BigInteger)
    valid: int = Field(sa_type=BigInteger)
    open_commits: int = Field(sa_type=BigInteger)
    due_at: datetime | None = time_column("", default=None, index=True)
    settled: int = Field(default=0)
