"""Records in and out as streams over plain HTTP, with the keys of the GraphQL API."""

from gqlspaces.features.records.streams.endpoint import RecordStreams

__all__ = ["RecordStreams"]
