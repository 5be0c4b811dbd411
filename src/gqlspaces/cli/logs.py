"""What a long-running command logs: one line, or one JSON object, per message on stderr."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from gqlspaces.settings import Settings

SECRETS = re.compile(
    r"\b(g[sp]k_)\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)", re.ASCII
)
"""Keys, JSON web tokens, and the user and password of a URL."""

NOISY = ("alembic", "asyncio", "httpcore2", "httpx2", "uvicorn", "websockets")
"""Libraries that log every request, or worse, at the level of information."""


def configure_logs(settings: "Settings") -> None:
    """Log in the form and from the level of the settings."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else Lines())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def masked(text: str) -> str:
    """The text without the secrets in it; of a key its kind remains."""
    return SECRETS.sub(lambda found: f"{found[1] or ''}***", text)


class Lines(logging.Formatter):
    """A message for people: time, level, text; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """One message, masked."""
        return masked(super().format(record))


class JsonLines(logging.Formatter):
    """A message for programs: one JSON object, with whatever `extra` the caller gave."""

    standard: ClassVar[frozenset[str]] = frozenset(vars(logging.makeLogRecord({})))

    def format(self, record: logging.LogRecord) -> str:
        """One message, masked."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: value for name, value in vars(record).items() if name not in self.standard}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(entry, default=str, ensure_ascii=False))
