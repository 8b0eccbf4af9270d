"""The truth: one SQLite database, its connections, and the queries on it."""
