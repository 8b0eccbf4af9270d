"""The life of memories: what may be done to them, when they cool, and how what was known on a day is found again."""
