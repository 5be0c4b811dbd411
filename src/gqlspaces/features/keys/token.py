"""What an API key looks like, and how junk is told from a key without asking the database."""

import hashlib
import re
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_letters
_LENGTH = 40
_FORM = re.compile(r"g([sp])k_([0-9A-Za-z]{40})_([0-9a-f]{8})")


def new_token(kind: str) -> str:
    """Make a key of 238 random bits, such as ``gsk_…``; the end is a checksum for leak scanners."""
    body = f"g{kind[0]}k_" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{body}_{_checksum(body)}"


def is_well_formed(token: str) -> bool:
    """Tell whether a text can be a key at all."""
    found = _FORM.fullmatch(token)
    return found is not None and _checksum(token.rpartition("_")[0]) == found[3]


def digest(token: str) -> str:
    """Give what is stored of a key; it has too many random bits to need a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def hint_of(token: str) -> str:
    """Give the visible beginning of a key."""
    return token[:12]


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
