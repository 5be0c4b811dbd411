"""Revisions are announced to nobody: what they write down is announced by the rows it is about."""

from gqlspaces.features.revisions.model import Revision
from gqlspaces.kernel.recorder import silent

TOPICS = {Revision: silent}
