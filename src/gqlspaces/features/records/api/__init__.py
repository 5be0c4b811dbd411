"""Records in GraphQL."""

from gqlspaces.features.records.api.lists import commit, record
from gqlspaces.features.records.api.mutations import MUTATIONS
from gqlspaces.features.records.api.snapshots import MUTATIONS as SNAPSHOT_MUTATIONS
from gqlspaces.features.records.api.snapshots import Snapshot, snapshot
from gqlspaces.features.records.api.types import Commit, Record
from gqlspaces.features.records.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.feature import Feature

feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[record, commit, snapshot],
    mutations=[*MUTATIONS, *SNAPSHOT_MUTATIONS],
    types=[Record, Commit, Snapshot],
)
