"""Slugs: names made fit for code."""

import re
import unicodedata
from hashlib import sha256

from gqlspaces.blueprint.limits import KEY_LENGTH


def slugify(name: str) -> str:
    """The name in lower case with hyphens, letters of any script kept; never empty."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    slug = re.sub(r"[\W_]+", "-", folded).strip("-")[:KEY_LENGTH].strip("-")
    return slug or "x-" + sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
