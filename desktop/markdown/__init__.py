"""Markdown as the owner sees it: blocks of a text, each written into a small document of its own.

Nothing in here reaches for the network: pictures come from this computer or from the text itself.
"""
