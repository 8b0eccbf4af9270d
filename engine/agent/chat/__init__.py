"""A turn of a conversation: recall, context, the model, citations, and what is kept of it."""
