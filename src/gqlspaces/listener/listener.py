"""What a user writes: handlers registered for topics, filters and namespaces."""

import logging
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeAlias, TypeVar, Unpack, overload

from gqlspaces.listener.answer import Answer
from gqlspaces.listener.client import Connection
from gqlspaces.listener.errors import JobConflict
from gqlspaces.listener.event import COMMIT_CREATED, READY, Event
from gqlspaces.listener.hooks import (
    BulkHandler,
    BulkRecordHook,
    FailedHooks,
    Hook,
    RecordHandler,
    RecordHook,
    RowHandler,
    SheetValidator,
    Validator,
    ValueHandler,
)
from gqlspaces.listener.records import MOST_RECORDS
from gqlspaces.listener.registration import Handler, Registration
from gqlspaces.listener.runner import Options, Runner
from gqlspaces.matching import Filter, Patterns

logger = logging.getLogger("gqlspaces.listener")

AnyHandler = TypeVar("AnyHandler", bound=Handler)
AnyRecordHandler = TypeVar("AnyRecordHandler", bound=RecordHandler)
AnyBulkHandler = TypeVar("AnyBulkHandler", bound=BulkHandler)
AnyValueHandler = TypeVar("AnyValueHandler", bound=ValueHandler)
AnyRowHandler = TypeVar("AnyRowHandler", bound=RowHandler)
Plugin: TypeAlias = Callable[["Scope"], object]
ErrorHandler: TypeAlias = Callable[[Exception, Event], object]


class Scope:
    """A place to register handlers; they hear only what passes every filter around it."""

    def __init__(
        self, filters: tuple[Filter, ...] = (), namespaces: tuple[Patterns, ...] = ()
    ) -> None:
        self._filters = filters
        self._namespaces = namespaces
        self._own: list[Registration] = []
        self._children: list[Scope] = []

    @overload
    def on(self, topic: Patterns, filter: Filter = None) -> Callable[[AnyHandler], AnyHandler]: ...

    @overload
    def on(self, topic: Patterns, filter: Filter, handler: AnyHandler) -> AnyHandler: ...

    def on(
        self, topic: Patterns, filter: Filter = None, handler: AnyHandler | None = None
    ) -> AnyHandler | Callable[[AnyHandler], AnyHandler]:
        """Register a handler for topics, as a decorator or with the handler as last argument.

        A handler registered for `job:ready` by that very name takes the jobs that match: it runs
        in one replica only, holds the job while it runs, and has to complete or fail it.
        """
        filters = self._filters if filter is None else (*self._filters, filter)

        def register(handler: AnyHandler) -> AnyHandler:
            self._own.append(Registration(topic, filters, self._namespaces, handler))
            return handler

        return register if handler is None else register(handler)

    def record_hook(self, sheet: Patterns) -> Callable[[AnyRecordHandler], AnyRecordHandler]:
        """Register a handler for every record that a commit adds or changes.

        `sheet` is the slug of a Sheet, a pattern, or several. All hooks of a listener work on the
        same records in the order of registration, and what they changed is written back at once.
        """

        def register(handler: AnyRecordHandler) -> AnyRecordHandler:
            self._hook(RecordHook(handler), sheet)
            return handler

        return register

    def bulk_record_hook(
        self, sheet: Patterns, *, size: int = MOST_RECORDS
    ) -> Callable[[AnyBulkHandler], AnyBulkHandler]:
        """Register a handler for lists of at most `size` records, which is 1000 at the most."""

        def register(handler: AnyBulkHandler) -> AnyBulkHandler:
            self._hook(BulkRecordHook(handler, size), sheet)
            return handler

        return register

    def validator(self, name: str) -> Callable[[AnyValueHandler], AnyValueHandler]:
        """Register the check of values for Fields with an `external` or `stored` constraint.

        It runs behind the hooks, for every cell that is not empty, and gets the value, the record
        and the `config` of the constraint. It returns None, what is wrong, or a level and that.
        """

        def register(handler: AnyValueHandler) -> AnyValueHandler:
            self._hook(Validator(handler, name))
            return handler

        return register

    def sheet_validator(self, name: str) -> Callable[[AnyRowHandler], AnyRowHandler]:
        """Register the check of records for Sheets with an `external` constraint.

        What it returns is put on the cells of the constraint's `fields` or, if there are none, on
        the record.
        """

        def register(handler: AnyRowHandler) -> AnyRowHandler:
            self._hook(SheetValidator(handler, name))
            return handler

        return register

    def filter(self, filter: Filter) -> "Scope":
        """Return a scope whose handlers hear only events that match `filter` as well."""
        return self._child(Scope((*self._filters, filter), self._namespaces))

    def namespace(self, namespace: Patterns) -> "Scope":
        """Return a scope for events of a namespace, such as `space:red`, or of one of several."""
        return self._child(Scope(self._filters, (*self._namespaces, namespace)))

    def use(self, plugin: Plugin) -> Self:
        """Let a plugin register its handlers here."""
        plugin(self)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the block; what was registered in it stays."""

    @property
    def registrations(self) -> list[Registration]:
        """All registrations in the order of calls: the own ones, then depth first."""
        return [*self._own, *(one for child in self._children for one in child.registrations)]

    def _hook(self, hook: Hook, sheet: Patterns | None = None) -> None:
        filters = self._filters
        if sheet is not None:
            slugs = [sheet] if isinstance(sheet, str) else list(sheet)
            filters = (*filters, {"payload.sheetSlug": slugs})
        self._own.append(Registration(COMMIT_CREATED, filters, self._namespaces, hook))

    def _child(self, child: "Scope") -> "Scope":
        self._children.append(child)
        return child


class Listener(Scope):
    """The root of all scopes: it hears events and runs what was registered for them."""

    def __init__(self, *, on_error: ErrorHandler | None = None) -> None:
        super().__init__()
        self.on_error = on_error
        self.errors = 0
        """How many handlers have raised."""

    async def dispatch(self, event: Event) -> list[Exception]:
        """Call every handler that matches, one after the other; return what they raised."""
        return await self.call(self.matching(event), event)

    def matching(self, event: Event) -> list[Registration]:
        """Return the registrations that hear `event`, in the order of calls."""
        return [one for one in self.registrations if one.pattern.matches(event.view)]

    async def call(self, registrations: Iterable[Registration], event: Event) -> list[Exception]:
        """Call handlers one after the other; an error of one is told and stops none other."""
        raised: list[Exception] = []
        for one, handler in _handlers(list(registrations), event):
            try:
                await handler(event)
            except FailedHooks as failed:
                raised += [self._tell(error, event) for error in failed.exceptions]
            except JobConflict as error:
                # Who watches `job:*` and takes the job by hand loses against other replicas.
                if one.works_on(READY) or event.topic != READY:
                    raised.append(self._tell(error, event))
            except Exception as error:  # noqa: BLE001 - whatever a user's code raises
                raised.append(self._tell(error, event))
        return raised

    async def run(
        self, url: str, key: str, state: str | None = None, **options: Unpack[Options]
    ) -> None:
        """Listen until SIGTERM or SIGINT; then end what has begun and return.

        `state` is a file that keeps the place in the log, so that no event is missed between two
        runs; without it a run starts with the present. Jobs are found in either case.
        """
        await Runner(self, Connection(url, key), state, **options).run()

    def _tell(self, error: Exception, event: Event) -> Exception:
        self.errors += 1
        logger.error("a handler of %s %s raised %r", event.topic, event.id, error, exc_info=error)
        if self.on_error:
            try:
                self.on_error(error, event)
            except Exception:
                logger.exception("the error handler itself raised")
        return error


def _handlers(
    registrations: list[Registration], event: Event
) -> Iterator[tuple[Registration, Handler]]:
    """Yield what is to be called: all hooks as one, in the place of the first of them."""
    hooks = [one.handler for one in registrations if isinstance(one.handler, Hook)]
    for one in registrations:
        if not isinstance(one.handler, Hook):
            yield one, one.handler
        # What hooks have written is not for hooks: they would answer each other for ever.
        elif one.handler is hooks[0] and not event.payload.get("answers"):
            yield one, lambda event: Answer(event, hooks).give()
