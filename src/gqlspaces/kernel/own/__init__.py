"""The database that every Space has for itself: opened on demand, dropped with the Space.

On SQLite it is a file beside the main one, on PostgreSQL a schema. What happens in it reaches the
event log of its environment exactly once and in order (docs/decisions/0010).
"""
