"""Listeners come and go unannounced: nobody is to hear of every connection."""

from typing import Any

from gqlspaces.features.listeners.model import Listener
from gqlspaces.kernel.recorder import TopicRule, silent

TOPICS: dict[type[Any], TopicRule] = {Listener: silent}
