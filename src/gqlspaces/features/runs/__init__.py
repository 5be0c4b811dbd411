"""Running Actions: what a click makes of a button."""
