"""A self-hosted GraphQL service for Spaces."""

__version__ = "0.1.0"
