"""Reading records: pages, counts and what a column holds, each one statement in its own thread."""
