"""Measurements of a served gateway, each beside a yardstick taken in the same run."""
