"""Fields of text: which size takes a text of so many characters."""

from typing import Any, Final

_SIZES: Final = (("tiny", 255), ("normal", 2**16 - 1), ("medium", 2**24 - 1), ("long", 2**32 - 1))


def string_type(most: int | None) -> tuple[dict[str, Any], str | None]:
    """The type of a Field for texts of at most so many characters, and what it does not check."""
    if most is None:
        return {"type": "string"}, None
    size, limit = next((pair for pair in _SIZES if most <= pair[1]), _SIZES[-1])
    config = {} if size == "normal" else {"config": {"size": size}}
    # Sizes are those of databases: off by one byte is the same size to those who wrote it.
    is_kept = limit <= most <= limit + 1
    told = None if is_kept else f"Texts may have {limit} characters, not only {most}."
    return {"type": "string", **config}, told
