"""Backups: one file that holds the whole database, checked after it was written, and the way back."""
