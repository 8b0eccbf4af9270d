"""Finds what stands at the edge of every page and belongs to none of them: running heads, feet and page numbers.

A line counts where its words stand at the same height of three pages or more and nothing differs in it but a number
that counts the pages; a number alone counts where it rises with them. They stay in the text that is shown and are left
out of what is remembered, so that no passage begins with one and no answer quotes one. One that says what stands
nowhere else in the document is kept where it first stands: the number of a contract may be in its letterhead only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.ingestion.reading import PageText, clean

_FEWEST = 3
"""Pages on which a line must stand."""
_DEEP = 3
"""Rows from the edge of the page that are looked at."""
_LONGEST = 120
_NEAR = 1.5
"""Heights of a line by which its place may differ from page to page."""
_ALIKE = 0.82
"""Share of equal letters above which a line is the same one misread, as by the recognition of scans."""
_TALLEST = 1_000_000
_MOST_COMPARED = 20_000
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(?<![^\W\d_])[ivxlc]{1,7}(?![^\W\d_])")
_PAGE_WORDS = frozenset(
    "p pp pg page pages of seite von sivu sida side av pagina página pág de di van str strana стр страница из с "  # noqa: SIM905 - a word list
    "第 页 頁 共".split()
)


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """One line of a page.

    Attributes:
        text: As it is shown.
        height: Where it stands, in any unit that rises or falls steadily over the page.
        size: Height of the line in the same unit.
        fixed: It is known to be something else, as a heading, and is never taken.
    """

    text: str
    height: float
    size: float
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the edge of a page, by its place there."""

    page: int
    place: int
    line: EdgeLine
    top: bool
    depth: int
    key: str


def running_lines(pages: Sequence[Sequence[EdgeLine]], *, title: str = "") -> list[frozenset[int]]:
    """The lines of each page that are running heads, feet or page numbers.

    Args:
        pages: Lines of every page, in any order.
        title: What the document is called; what says only that is said already.

    Returns:
        For each page the places of such lines in it.
    """
    found: list[set[int]] = [set() for _ in pages]
    if len(pages) < _FEWEST:
        return [frozenset() for _ in pages]
    edges = [edge for number, page in enumerate(pages) for edge in _edges(number, page)]
    groups = _groups(edges)
    for edge in (edge for group in groups for edge in group):
        found[edge.page].add(edge.place)
    for edge in _page_numbers(edges, found):
        found[edge.page].add(edge.place)
    said = _key(title) + "\n" + _body(pages, found)
    for group in groups:
        key = Counter(edge.key for edge in group).most_common(1)[0][0]
        if key not in said:
            first = min(edge.page for edge in group)
            found[first] -= {edge.place for edge in group if edge.page == first}
            said += "\n" + key  # the same words at the other edge are said by now
    return [frozenset(places) for places in found]


def printed(text: str) -> PageText:
    """A text file, the heads and feet of its printed pages (which end with a form feed) as asides."""
    sheets = [clean(sheet) for sheet in text.split("\f")]
    spans: list[list[tuple[int, int]]] = []
    lines: list[list[EdgeLine]] = []
    start = 0
    for sheet in sheets:
        spans.append([])
        lines.append([])
        rows = sheet.split("\n")
        for row, line in enumerate(rows):
            if line.strip():
                # From the nearer edge, since sheets differ in their number of lines.
                height = -row if row < len(rows) / 2 else len(rows) - row - _TALLEST
                spans[-1].append((start, start + len(line)))
                lines[-1].append(EdgeLine(line, float(height), 1.0))
            start += len(line) + 1
    chosen = running_lines(lines)
    asides = tuple(spans[number][place] for number, places in enumerate(chosen) for place in sorted(places))
    return PageText("\n".join(sheets), asides=asides)


def _edges(number: int, page: Sequence[EdgeLine]) -> Iterator[_Edge]:
    """Lines of the rows nearest to the edges; of a short page no row is at both, unless there is only one."""
    order = sorted(range(len(page)), key=lambda place: -page[place].height)
    rows: list[list[int]] = []
    for place in order:
        line = page[place]
        if rows and page[rows[-1][0]].height - line.height < 0.5 * line.size:
            rows[-1].append(place)
        else:
            rows.append([place])
    deep = min(_DEEP, max(1, len(rows) // 2))
    for top, chosen in ((True, rows[:deep]), (False, rows[::-1][:deep])):
        for depth, row in enumerate(chosen):
            for place in row:
                line = page[place]
                if not line.fixed and len(line.text) <= _LONGEST:
                    yield _Edge(number, place, line, top, depth, _key(line.text))


def _groups(edges: Sequence[_Edge]) -> list[list[_Edge]]:
    """Lines of the same words at the same height, one group for each, those misread with them."""
    by_key: dict[tuple[bool, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        if edge.key:
            by_key[edge.top, edge.key].append(edge)
    groups: list[list[_Edge]] = []
    rest: list[_Edge] = []
    for same in by_key.values():
        group = _only_pages_counted(_at_one_height(same))
        if len({edge.page for edge in group}) >= _FEWEST:
            groups.append(group)
            rest += [edge for edge in same if edge not in group]
        else:
            rest += same
    compared = 0
    for group in groups:
        known = group[0]
        for edge in rest:
            if (
                edge.key == known.key
                or edge.top != known.top
                or not _level(edge, known)
                or abs(len(edge.key) - len(known.key)) > 6
            ):
                continue
            compared += 1
            if compared > _MOST_COMPARED:
                return groups
            if SequenceMatcher(None, known.key, edge.key, autojunk=False).ratio() >= _ALIKE:
                group.append(edge)
    return groups


def _only_pages_counted(group: list[_Edge]) -> list[_Edge]:
    """Those whose numbers are the same on most pages or count the pages: other numbers are what the page says."""
    numbers = Counter(digits for edge in group for digits in set(_NUMBER.findall(edge.line.text)))
    steps = Counter(step for edge in group for step in _steps(edge))
    constant = {digits for digits, count in numbers.items() if 2 * count >= len(group)}
    counting = {step for step, count in steps.items() if count >= 2 and (count >= _FEWEST or 3 * count >= len(group))}
    return [
        edge
        for edge in group
        if all(
            digits in constant or int(digits[:9]) - edge.page in counting for digits in _NUMBER.findall(edge.line.text)
        )
    ]


def _at_one_height(same: list[_Edge]) -> list[_Edge]:
    """The largest part that stands at one height, give or take a line."""
    best: list[_Edge] = []
    ordered = sorted(same, key=lambda edge: edge.line.height)
    start = 0
    for end in range(len(ordered)):
        while not _level(ordered[start], ordered[end]):
            start += 1
        if end + 1 - start > len(best):
            best = ordered[start : end + 1]
    return best


def _level(one: _Edge, other: _Edge) -> bool:
    return abs(one.line.height - other.line.height) <= _NEAR * max(one.line.size, other.line.size)


def _page_numbers(edges: Sequence[_Edge], found: Sequence[set[int]]) -> list[_Edge]:
    """Lines of nothing but a number, at the edge or behind a running line, that rise with the pages."""
    bare = [edge for edge in edges if not edge.key and (edge.depth == 0 or found[edge.page])]
    steps: Counter[tuple[bool, int]] = Counter()
    for top, step, _ in {(edge.top, step, edge.page) for edge in bare for step in _steps(edge)}:
        steps[top, step] += 1
    right = {key for key, count in steps.items() if count >= _FEWEST}
    return [edge for edge in bare if any((edge.top, step) in right for step in _steps(edge))]


def _steps(edge: _Edge) -> set[int]:
    """By how much each number on the line is ahead of the page's own place in the document."""
    text = edge.line.text.casefold()
    numbers = [int(digits) for digits in _NUMBER.findall(text) if len(digits) <= 5]
    numbers += [_roman(letters) for letters in _ROMAN.findall(text)]
    return {number - edge.page for number in numbers}


def _roman(letters: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _key(text: str) -> str:
    """The words of a line without numbers, signs and page words; empty where nothing else is on it."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    kept = [word for word in words if word not in _PAGE_WORDS and not (len(words) <= 2 and _ROMAN.fullmatch(word))]
    return " ".join(words) if kept else ""


def _body(pages: Sequence[Sequence[EdgeLine]], found: Iterable[set[int]]) -> str:
    """The words of everything that is no running line."""
    return "\n".join(
        " ".join(re.findall(r"[^\W\d_]+", " ".join(line.text for place, line in enumerate(page) if place not in out)))
        for page, out in zip(pages, found, strict=True)
    ).casefold()
