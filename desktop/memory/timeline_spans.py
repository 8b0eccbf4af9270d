"""Days, weeks and months of what happened, without a gap between the first and the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.words import number
from engine import DayActivity

Zoom = Literal["day", "week", "month"]
ZOOMS: tuple[Zoom, ...] = ("day", "week", "month")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, and what happened in it.

    Attributes:
        first: Its first day.
        end: The first day after it.
    """

    first: date
    end: date
    added: int = 0
    promoted: int = 0
    recalled: int = 0

    @property
    def figures(self) -> tuple[int, int, int]:
        """Added, promoted, recalled."""
        return self.added, self.promoted, self.recalled


def spans_of(days: Sequence[DayActivity], zoom: Zoom, *, today: date) -> list[Span]:
    """Every span from the first day on which anything happened to today, or to the last day if that is later.

    Weeks begin where the owner's do.
    """
    if not days:
        return []
    sums: dict[date, list[int]] = {}
    for day in days:
        held = sums.setdefault(begin_of(day.day, zoom), [0, 0, 0])
        for place, count in enumerate((day.added, day.promoted, day.recalled)):
            held[place] += count
    spans = []
    first, last = begin_of(days[0].day, zoom), max(today, days[-1].day)
    while first <= last:
        end = next_of(first, zoom)
        spans.append(Span(first, end, *sums.get(first, (0, 0, 0))))
        first = end
    return spans


def begin_of(day: date, zoom: Zoom) -> date:
    """The first day of the span that a day lies in."""
    if zoom == "month":
        return day.replace(day=1)
    if zoom == "week":
        begins = QLocale().firstDayOfWeek().value  # 1 for Monday
        return day - timedelta(days=(day.isoweekday() - begins) % 7)
    return day


def next_of(first: date, zoom: Zoom) -> date:
    """The first day of the span behind."""
    if zoom == "month":
        return (first + timedelta(days=32)).replace(day=1)
    return first + (7 * _DAY if zoom == "week" else _DAY)


def moment_of(day: date) -> datetime:
    """When a day begins here: aware, in this computer's time zone as it was then."""
    return datetime.combine(day, time()).astimezone()


def days_between(since: datetime | None, until: datetime | None) -> tuple[date, date] | None:
    """The first day of a stretch of time and the first one behind it; None where it has no end on either side."""
    if since is None and until is None:
        return None
    first = since.astimezone().date() if since is not None else date.min
    end = date.max
    if until is not None:
        local = until.astimezone()
        end = local.date() + (_DAY if local.time() > time() else timedelta())
    return first, max(end, first)


def span_words(span: Span, zoom: Zoom) -> str:
    """`Thursday 12 March 2026`, `9 to 15 March 2026`, `March 2026`."""
    locale = QLocale()
    if zoom == "month":
        return locale.toString(_qdate(span.first), "MMMM yyyy")
    if zoom == "day":
        return locale.toString(_qdate(span.first), "dddd d MMMM yyyy")
    last = span.end - _DAY
    form = "d" if last.month == span.first.month else "d MMMM"
    words = QCoreApplication.translate("Timeline", "{0} to {1}")
    return words.format(locale.toString(_qdate(span.first), form), locale.toString(_qdate(last), "d MMMM yyyy"))


def figures_words(figures: Sequence[int]) -> str:
    """`14 added · 2 promoted · 5 recalled`; what did not happen is left out."""
    forms = (
        QCoreApplication.translate("Timeline", "{0} added"),
        QCoreApplication.translate("Timeline", "{0} promoted"),
        QCoreApplication.translate("Timeline", "{0} recalled"),
    )
    parts = [form.format(number(count)) for form, count in zip(forms, figures, strict=True) if count]
    return " · ".join(parts) or QCoreApplication.translate("Timeline", "nothing happened")


def nice_top(highest: int) -> int:
    """A round figure at or above the highest bar, so that the scale does not twitch."""
    if highest <= 4:
        return 4
    ten = int(10 ** (len(str(highest)) - 1))
    steps = (ten * step // 10 for step in (10, 15, 20, 30, 40, 50, 60, 80, 100))
    return next(top for top in steps if top >= highest)


def month_labels(spans: Sequence[Span], zoom: Zoom) -> Mapping[int, tuple[str, bool]]:
    """What the axis says at which span, and whether a line stands there: months, years where spans are months."""
    locale = QLocale()
    labels: dict[int, tuple[str, bool]] = {}
    before: date | None = None
    for place, span in enumerate(spans):
        last = span.end - _DAY
        begun = last if last.month != span.first.month else span.first
        year = before is None or begun.year != before.year
        if before is None or year or begun.month != before.month:
            if zoom == "month":
                form = "MMM yyyy" if year else "MMM"
            else:
                form = "MMMM yyyy" if year else "MMMM"
            labels[place] = locale.toString(_qdate(begun), form), year or zoom != "month"
        before = begun
    return labels


def week_labels(spans: Sequence[Span], zoom: Zoom) -> Mapping[int, str]:
    """Where spans are days, the day of the month at the beginning of each week."""
    if zoom != "day":
        return {}
    return {
        place: str(span.first.day) for place, span in enumerate(spans) if begin_of(span.first, "week") == span.first
    }


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
