"""What a caller gets to see of a failure: a code always, details only where they are meant."""

import logging
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from gqlspaces.kernel.errors import DomainError

INTERNAL: Final = "INTERNAL_SERVER_ERROR"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A failure as its caller may see it; ``extensions`` have a ``code``."""

    message: str
    extensions: dict[str, Any]


def shown_as(error: BaseException, place: object = None) -> Shown:
    """Give a failure as its caller may see it; log it under a reference if it is a bug."""
    if isinstance(error, DomainError):
        path = {"path": list(error.path)} if error.path else {}
        return Shown(error.message, {**error.extra, **path, "code": str(error.code)})
    reference = uuid4().hex
    _log.error(
        "A request failed unexpectedly (reference %s, path %s).",
        reference,
        place,
        exc_info=error,
        extra={"reference": reference},
    )
    return Shown("Internal error.", {"code": INTERNAL, "reference": reference})
