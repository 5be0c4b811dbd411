"""The rules of writing records: each gives the work that a desk carries out."""
