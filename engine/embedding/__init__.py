"""Texts to vectors: the embedder protocol, the ONNX embedder behind it, the cache in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.embedding.cached_embedder import CachedEmbedder as CachedEmbedder, open_embedder as open_embedder
    from engine.embedding.embedder import Embedder as Embedder

__all__ = ["CachedEmbedder", "Embedder", "open_embedder"]


def __getattr__(name: str) -> Any:
    # numpy is loaded when an embedder is opened, not when the package is named.
    if name in ("CachedEmbedder", "open_embedder"):
        from engine.embedding import cached_embedder

        return getattr(cached_embedder, name)
    if name == "Embedder":
        from engine.embedding.embedder import Embedder

        return Embedder
    raise AttributeError(f"module 'engine.embedding' has no attribute {name!r}")
