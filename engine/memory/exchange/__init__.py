"""Conversations on their way out and in: Markdown, JSON, and the exports of other programs."""
