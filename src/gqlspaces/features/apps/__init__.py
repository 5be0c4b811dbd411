"""What the Spaces of one purpose have in common: a namespace, and a word for "Space"."""
