"""Blueprints that Hypothesis makes up."""

from datetime import UTC
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

anything = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
).filter(str.strip)
# Names of one letter come again, so that two blueprints have things in common.
names = st.sampled_from("abc") | anything
words = st.sampled_from("abc") | st.from_regex(r"[a-zA-Z0-9:_-]{1,12}", fullmatch=True)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | names
values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
metadata = st.dictionaries(
    names.filter(lambda n: n not in {"theme", "sidebarConfig", "userInfo", "spaceInfo"}),
    values,
    max_size=3,
)


def _document(needed: dict[str, Any], /, **optional: Any) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        needed, optional={key: st.none() | choice for key, choice in optional.items()}
    )


def _distinct(items: SearchStrategy[Any], key: str, low: int = 0) -> SearchStrategy[list[Any]]:
    return st.lists(items, min_size=low, max_size=3, unique_by=lambda item: item[key])


options = _distinct(
    _document({"value": words}, label=names, meta=metadata, ordinal=st.integers(0, 9)), "value", 1
)
actions = _distinct(
    _document(
        {"operation": words, "label": names},
        mode=st.sampled_from(["foreground", "background", "toolbarBlocking"]),
        primary=st.booleans(),
        confirm=st.booleans(),
        requireSelection=st.booleans(),
        constraints=st.sampled_from([[], [{"type": "hasData"}]]),
        mount=st.just({"type": "sheet", "slugs": ["a"]}),
        inputForm=options.map(
            lambda o: {
                "fields": [{"key": "k", "label": "K", "type": "enum", "config": {"options": o}}]
            }
        ),
    ),
    "operation",
)
typed = st.sampled_from(
    [
        {},
        {"type": "string", "config": {"size": "long"}},
        {"type": "number", "config": {"decimalPlaces": 0, "isArray": True}},
        {"type": "boolean", "config": {"allowIndeterminate": True}},
        {"type": "date"},
        {"type": "string-list", "config": {}},
    ]
) | options.map(lambda o: {"type": "enum", "config": {"options": o, "sortBy": "label"}})
fields = _distinct(
    st.builds(
        lambda common, special: {**common, **special},
        _document(
            {"key": words},
            label=names,
            required=st.booleans(),
            readonly=st.booleans(),
            alternativeNames=st.lists(names, max_size=2, unique=True),
            metadata=metadata,
            actions=actions,
        ),
        typed,
    ),
    "key",
    1,
)
sheets = _distinct(
    _document(
        {"name": names, "slug": words, "fields": fields},
        access=st.lists(st.sampled_from(["*", "add", "edit"]), unique=True),
        mappingConfidenceThreshold=st.floats(0, 1),
        metadata=metadata,
        actions=actions,
    ),
    "slug",
)
workbooks = _distinct(
    _document(
        {"name": names},
        sheets=sheets,
        labels=st.lists(names, max_size=2, unique=True),
        settings=_document({}, trackChanges=st.booleans(), autoRunAnalysis=st.booleans()),
        metadata=metadata,
    ),
    "name",
)
spaces = _document(
    {},
    name=names,
    labels=st.lists(names, max_size=2, unique=True),
    access=st.lists(st.sampled_from(["*", "upload"]), unique=True),
    metadata=metadata,
    autoConfigure=st.booleans(),
    archivedAt=st.datetimes(timezones=st.just(UTC)).map(lambda d: d.isoformat()),
)
blueprints = _document(
    {},
    workbooks=workbooks,
    documents=_distinct(_document({"title": names, "body": names}, actions=actions), "title"),
    actions=actions,
    space=spaces,
)
