"""Schedules in GraphQL."""

from strawberry import auto

from gqlspaces.features.actions.api import Action
from gqlspaces.features.environments.api import Environment
from gqlspaces.features.schedules import model
from gqlspaces.features.schedules.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.exposure import Node, children, exposes, extend


@exposes(model.Tick)
class Tick(Node):
    """Up to which period of the clock something was started."""

    id: auto
    target_id: auto
    cadence: auto
    period: auto
    fired_at: auto
    created_at: auto
    updated_at: auto


extend(
    Action,
    ticks=children(
        model.Tick,
        Tick,
        by="action_id",
        order=("cadence", "id"),
        description="When its schedule last started it; empty until the clock was looked at.",
    ),
)
extend(
    Environment,
    ticks=children(
        model.Tick,
        Tick,
        by="target_id",
        order=("cadence", "id"),
        description="When listeners last heard of the clock, for each `cron` topic they ask for.",
    ),
)

feature = Feature(topics=TOPICS, catalogue=CATALOGUE, types=[Tick])
