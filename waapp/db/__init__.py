"""Queries and the database connection; every function takes a connection."""
