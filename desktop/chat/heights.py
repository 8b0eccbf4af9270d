"""Heights of many turns one under the other, with the place of each found in O(log n)."""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """Whole pixels; a binary indexed tree over them."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._values: list[int] = []
        self._tree: list[int] = [0]
        self.reset(values)

    def reset(self, values: Iterable[int]) -> None:
        """Hold other heights."""
        self._values = list(values)
        self._tree = [0, *self._values]
        for place in range(1, len(self._tree)):
            above = place + (place & -place)
            if above < len(self._tree):
                self._tree[above] += self._tree[place]

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> int:
        return self._values[index]

    @property
    def total(self) -> int:
        """All of them together."""
        return self.top(len(self._values))

    def set(self, index: int, height: int) -> int:
        """Change one.

        Returns:
            By how much it grew.
        """
        change = height - self._values[index]
        if change:
            self._values[index] = height
            place = index + 1
            while place < len(self._tree):
                self._tree[place] += change
                place += place & -place
        return change

    def append(self, height: int) -> None:
        """One more at the end."""
        self._values.append(height)
        place = len(self._values)
        begin = place - (place & -place)
        self._tree.append(height + self.top(place - 1) - self.top(begin))

    def pop(self) -> None:
        """One less at the end."""
        self._values.pop()
        self._tree.pop()

    def top(self, index: int) -> int:
        """How far below the first one an index begins; the number of them all gives the end."""
        found = 0
        while index > 0:
            found += self._tree[index]
            index -= index & -index
        return found

    def at(self, y: int) -> int:
        """The index that `y` lies in; clamped to what there is, 0 where there is nothing."""
        size = len(self._values)
        if not size or y < 0:
            return 0
        place, left = 0, y
        step = 1 << (size.bit_length() - 1)
        while step:
            following = place + step
            if following <= size and self._tree[following] <= left:
                place = following
                left -= self._tree[following]
            step >>= 1
        return min(place, size - 1)
