"""The features added together: one GraphQL schema, one set of rules."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from gqlspaces.features.actions.api import feature as actions
from gqlspaces.features.apps.api import feature as apps
from gqlspaces.features.blueprints.api import feature as blueprints
from gqlspaces.features.diagnosis.api import feature as diagnosis
from gqlspaces.features.documents.api import feature as documents
from gqlspaces.features.environments.api import feature as environments
from gqlspaces.features.events.api import feature as events
from gqlspaces.features.jobs.api import feature as jobs
from gqlspaces.features.jobs.fence import fence
from gqlspaces.features.keys.api import feature as keys
from gqlspaces.features.listeners.api import feature as listeners
from gqlspaces.features.records.api import feature as records
from gqlspaces.features.records.projection import project
from gqlspaces.features.revisions.api import feature as revisions
from gqlspaces.features.revisions.recording import record_revisions
from gqlspaces.features.rollouts.api import feature as rollouts
from gqlspaces.features.runs.api import feature as runs
from gqlspaces.features.schedules.api import feature as schedules
from gqlspaces.features.schedules.service import keep_ticks
from gqlspaces.features.sheets.api import feature as sheets
from gqlspaces.features.spaces.api import feature as spaces
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.place import Places
from gqlspaces.features.templates.api import feature as templates
from gqlspaces.features.workbooks.api import feature as workbooks
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.node import node, nodes
from gqlspaces.kernel.graphql.scalars import DATE_TIME
from gqlspaces.kernel.recorder import Rules

FEATURES: tuple[Feature, ...] = (
    environments,
    keys,
    spaces,
    apps,
    workbooks,
    sheets,
    records,
    listeners,
    actions,
    runs,
    schedules,
    documents,
    blueprints,
    templates,
    rollouts,
    revisions,
    jobs,
    events,
    diagnosis,
)


def build_rules(features: Sequence[Feature] = FEATURES) -> Rules:
    """Add up what the tables announce and where their rows live."""
    topics = {entity: rule for feature in features for entity, rule in feature.topics.items()}
    kinds = {entity.prefix: entity for entity in topics if hasattr(entity, "prefix")}
    catalogue = {topic: text for feature in features for topic, text in feature.catalogue.items()}
    return Rules(
        kinds=kinds,
        topics=topics,
        place=Places(kinds),
        fence=fence,
        root=Space,
        projection=project,
        scribes=(record_revisions, keep_ticks),
        catalogue=catalogue,
    )


def build_schema(features: Sequence[Feature] = FEATURES) -> strawberry.Schema:
    """Add up the root fields; refuse one that does not say which scope it needs."""
    roots = {
        "Query": [node, nodes, *_collected(features, "queries")],
        "Mutation": _collected(features, "mutations"),
        "Subscription": _collected(features, "subscriptions"),
    }
    for field in (field for fields in roots.values() for field in fields):
        if "scope" not in field.metadata:
            msg = f"The root field {field.python_name!r} does not say which scope it needs."
            raise TypeError(msg)
    made = {
        name: create_type(name, fields, description=_ROOTS[name])
        for name, fields in roots.items()
        if fields
    }
    return strawberry.Schema(
        query=made["Query"],
        mutation=made.get("Mutation"),
        subscription=made.get("Subscription"),
        types=[kind for feature in features for kind in feature.types],
        config=StrawberryConfig(auto_camel_case=True, scalar_map={datetime: DATE_TIME}),
    )


_ROOTS = {
    "Query": "What can be asked.",
    "Mutation": "What can be changed; every change is durable before it is answered.",
    "Subscription": "What can be followed; every stream resumes from a cursor.",
}


def _collected(features: Sequence[Feature], attribute: str) -> list[Any]:
    def fields() -> Iterator[Any]:
        for feature in features:
            yield from getattr(feature, attribute)

    return list(fields())
