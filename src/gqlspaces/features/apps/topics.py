"""Apps are announced to nobody: the domain has no topics for them (domain reference 2.10)."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.features.apps.model import App, AppRevision
from gqlspaces.kernel.recorder import TopicRule, silent

TOPICS: Mapping[type[Any], TopicRule] = {App: silent, AppRevision: silent}
