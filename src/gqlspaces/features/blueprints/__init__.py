"""The structure of a Space as one document: read whole, built whole."""
