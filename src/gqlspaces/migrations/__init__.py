"""The history of the database schema, the same for SQLite and PostgreSQL."""
