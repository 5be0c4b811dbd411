"""Keys are announced to nobody."""

from typing import Any

from gqlspaces.features.keys.model import Key
from gqlspaces.kernel.idempotency import Answer
from gqlspaces.kernel.recorder import TopicRule, silent

TOPICS: dict[type[Any], TopicRule] = {Key: silent, Answer: silent}
CATALOGUE: dict[str, str] = {}
