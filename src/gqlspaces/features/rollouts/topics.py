"""Rollouts are announced to nobody: their Jobs tell how far they are."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.features.rollouts.model import Rollout, RolloutStep
from gqlspaces.kernel.recorder import TopicRule, silent

TOPICS: Mapping[type[Any], TopicRule] = {Rollout: silent, RolloutStep: silent}
