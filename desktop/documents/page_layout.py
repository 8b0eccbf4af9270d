"""Where pages lie under each other, in device-independent pixels; only the sizes of pages are in points."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

A4 = (595.0, 842.0)


@dataclass(frozen=True, slots=True)
class PageSize:
    """Width and height in points."""

    width: float
    height: float


@dataclass(slots=True)
class PageLayout:
    """A column of pages. Sizes are learned while pages are drawn; until then a page counts as large as the first known.

    Attributes:
        count: How many pages.
        gap: Between pages, and around the column.
        per_point: Pixels per point at the present zoom.
    """

    count: int = 0
    gap: int = 0
    per_point: float = 1.0
    _sizes: dict[int, PageSize] = field(default_factory=dict)
    _usual: PageSize = PageSize(*A4)
    _tops: list[float] = field(default_factory=list)

    def reset(self, count: int) -> None:
        """Another document."""
        self.count = count
        self._sizes.clear()
        self._usual = PageSize(*A4)
        self._place()

    def set_zoom(self, per_point: float) -> None:
        """Another zoom."""
        self.per_point = per_point
        self._place()

    def learn(self, page: int, size: PageSize) -> bool:
        """A page's size is known now; True where that moved anything."""
        known = self._sizes.get(page)
        if known is not None and abs(known.width - size.width) < 1 and abs(known.height - size.height) < 1:
            return False
        if not self._sizes:
            self._usual = size
        self._sizes[page] = size
        self._place()
        return True

    def size(self, page: int) -> PageSize:
        """Size of a page in points, guessed where it is not known yet."""
        return self._sizes.get(page, self._usual)

    def widest(self) -> float:
        """Width of the widest page in points."""
        return max((size.width for size in self._sizes.values()), default=self._usual.width)

    def top(self, page: int) -> float:
        """Upper edge of a page."""
        return self._tops[page]

    def height(self, page: int) -> float:
        """Height of a page."""
        return self.size(page).height * self.per_point

    def width(self, page: int) -> float:
        """Width of a page."""
        return self.size(page).width * self.per_point

    def total_height(self) -> float:
        """Height of the column with the gaps around it."""
        return self._tops[-1] + self.height(self.count - 1) + self.gap if self.count else 0.0

    def page_at(self, y: float) -> int:
        """The page at a height; the nearest above where there is a gap."""
        return min(max(bisect_right(self._tops, y) - 1, 0), max(self.count - 1, 0))

    def between(self, top: float, bottom: float) -> range:
        """The pages seen between two heights."""
        if not self.count:
            return range(0)
        return range(self.page_at(top), self.page_at(bottom) + 1)

    def _place(self) -> None:
        y = float(self.gap)
        self._tops = []
        for page in range(self.count):
            self._tops.append(y)
            y += self.height(page) + self.gap
