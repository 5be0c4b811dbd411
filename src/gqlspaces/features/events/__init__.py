"""The event log as listeners and frontends see it: history, cursor, stream."""
