"""Drawn pages kept within a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtGui import QImage

from engine import Rectangle, RenderedPage

CACHE_BYTES = 48 * 1024 * 1024
"""About six pages of A4 on a screen of double density. What is on the screen is always kept."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page drawn.

    Attributes:
        image: Its picture; it reads `pixels` in place, so both live together.
        pixels: BGRA.
        scale: Pixels per point that it was drawn at.
        highlight: The words whose rectangles were asked for.
        highlights: Those rectangles, in pixels of the picture.
    """

    image: QImage
    pixels: bytes
    scale: float
    highlight: str | None
    highlights: tuple[Rectangle, ...]

    @classmethod
    def of(cls, page: RenderedPage, *, scale: float, highlight: str | None) -> DrawnPage:
        """Wrap what the engine drew, without a copy."""
        # BGRA in memory is what Qt calls RGB32 on every little-endian machine; pages have no transparency.
        image = QImage(page.pixels, page.width, page.height, page.width * 4, QImage.Format.Format_RGB32)
        return cls(image, page.pixels, scale, highlight, page.highlights)


class PageCache:
    """The pages used last, by number."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._pages: OrderedDict[int, DrawnPage] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def get(self, page: int) -> DrawnPage | None:
        """A drawn page, at whatever scale it was drawn."""
        found = self._pages.get(page)
        if found is not None:
            self._pages.move_to_end(page)
        return found

    def put(self, page: int, drawn: DrawnPage, *, keep: Collection[int] = ()) -> None:
        """Keep a page; others go until the bound holds, those in `keep` never."""
        self.drop(page)
        self._pages[page] = drawn
        self._bytes += len(drawn.pixels)
        for other in list(self._pages):
            if self._bytes <= self._limit:
                break
            if other != page and other not in keep:
                self.drop(other)

    def drop(self, page: int) -> None:
        """Forget one page."""
        older = self._pages.pop(page, None)
        if older is not None:
            self._bytes -= len(older.pixels)

    def clear(self) -> None:
        """Forget all."""
        self._pages.clear()
        self._bytes = 0
