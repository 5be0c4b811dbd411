"""Who listens: programs that introduced themselves, and what they hear."""
