"""The conditions by which records are chosen: asked for in words, answered in SQL."""
