"""Micro-applications for exchanging data with one customer each."""
