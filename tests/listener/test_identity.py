"""Which handlers count as the same one in two processes."""

import functools
import json
from collections.abc import Callable
from typing import Any

from gqlspaces.listener.identity import identity_of, name_of


def make(key: str, *others: Any) -> Callable[..., None]:
    def hook(record: Any, _event: Any, *, width: Any = key) -> None:
        record[key] = others

    return hook


class Hook:
    def __call__(self, record: Any, _event: Any) -> None: ...

    def method(self, record: Any, _event: Any) -> None: ...


def test_handlers_made_by_one_function_for_the_same_are_the_same() -> None:
    assert make("a") is not make("a")
    assert identity_of(make("a")) == identity_of(make("a"))
    assert identity_of(make("a", Hook())) == identity_of(make("a", Hook()))
    assert identity_of(Hook()) == identity_of(Hook())


def test_handlers_made_for_different_things_are_different() -> None:
    hook = Hook()
    handlers: list[Callable[..., object]] = [
        make("a"),
        make("b"),
        make("a", {"x": [1, None, 2.5]}),
        make("a", print),
        make("a", hook),
        functools.partial(make("a"), width=3),
        functools.partial(make("a"), width=4),
        hook,
        hook.method,
        test_handlers_made_for_different_things_are_different,
        lambda record, event: (record, event),
    ]

    assert len({json.dumps(identity_of(handler)) for handler in handlers}) == len(handlers)


def test_a_decorated_handler_is_the_one_inside() -> None:
    inner = make("a")

    @functools.wraps(inner)
    def outer(*arguments: Any) -> None:
        inner(*arguments)

    assert identity_of(outer) == identity_of(inner)


def test_a_handler_that_speaks_of_itself_has_an_identity() -> None:
    def made() -> Callable[[], Any]:
        def hook() -> Any:
            return hook, later

        early = hook
        later = early
        return early

    assert identity_of(made())[2].endswith("made.<locals>.hook")


def test_a_handler_is_named_for_people() -> None:
    assert name_of(functools.partial(make("a"))) == "make.<locals>.hook"
    assert name_of(Hook()) == "Hook"
