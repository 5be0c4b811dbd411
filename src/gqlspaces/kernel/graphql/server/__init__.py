"""The GraphQL transports: HTTP, server-sent events and WebSocket behind one endpoint."""

from gqlspaces.kernel.graphql.server.contract import Authenticate, Credentials, Engine, Service
from gqlspaces.kernel.graphql.server.endpoint import GraphQLEndpoint

__all__ = ["Authenticate", "Credentials", "Engine", "GraphQLEndpoint", "Service"]
