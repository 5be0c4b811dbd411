"""Apps are announced to nobody: the domain has no topics for them (domain reference 2.10)."""

from gqlspaces.features.apps.model import App
from gqlspaces.kernel.recorder import silent

TOPICS = {App: silent}
