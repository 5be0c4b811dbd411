"""What makes a handler the same one in every replica of a listener, and after a restart."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any


def name_of(handler: Callable[..., object]) -> str:
    """Return what a handler is called, for a person."""
    inner = handler
    while isinstance(inner, partial):
        inner = inner.func
    return getattr(inner, "__qualname__", None) or type(inner).__qualname__


def identity_of(handler: Callable[..., object]) -> list[Any]:
    """Return JSON that is the same for the same handler in another process.

    It tells handlers apart by where they are written and by the plain values that they were made
    with, as those are which one function makes for several Fields.
    """
    inner = inspect.unwrap(handler)
    made_with = list(_made_with(inner))
    while isinstance(inner, partial):
        inner = inspect.unwrap(inner.func)
        made_with += _made_with(inner)
    code = getattr(inner, "__code__", None)
    # A script is always called `__main__`; its file tells it from others.
    file = Path(code.co_filename).name if code else ""
    return [file, getattr(inner, "__module__", ""), name_of(inner), _plain(made_with)]


def _made_with(handler: Any) -> Iterator[Any]:
    if isinstance(handler, partial):
        yield from (handler.args, handler.keywords)
        return
    yield from (getattr(handler, "__defaults__", None), getattr(handler, "__kwdefaults__", None))
    for cell in getattr(handler, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # it is filled later
            yield None


def _plain(value: Any) -> Any:
    """Return a value as JSON; of what JSON has no word for, its kind."""
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return name_of(value) if callable(value) else type(value).__qualname__
