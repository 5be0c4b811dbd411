"""The GraphQL transports: HTTP, server-sent events and WebSocket behind one endpoint."""

from gqlspaces.kernel.graphql.server.contract import Authenticate, Engine, Service
from gqlspaces.kernel.graphql.server.endpoint import GraphQLEndpoint
from gqlspaces.kernel.http.caller import Credentials

__all__ = ["Authenticate", "Credentials", "Engine", "GraphQLEndpoint", "Service"]
