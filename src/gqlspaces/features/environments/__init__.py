"""Isolated worlds, each with its own keys, Apps, Spaces and event log."""
