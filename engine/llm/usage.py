"""Counting what language models use, and the monthly budget that warns and then asks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import date

from engine.errors import BudgetReachedError, StoreError
from engine.events import Event, Notice
from engine.llm.messages import ChatModelInfo, ChatRequest, Usage
from engine.memory.store import chat_notes, model_usage
from engine.memory.store.database import Database
from engine.usage_values import UsageLine, UsageReport

_log = logging.getLogger(__name__)

WARN_AT = 0.8
"""Share of the budget at which the owner is warned."""


def today() -> date:
    """The owner's day."""
    return date.today()  # noqa: DTZ011 - a budget's month is the one on the owner's wall


class UsageBook:
    """The usage of one engine. Of one event loop; the database is written on its own thread."""

    def __init__(
        self,
        store: Database,
        *,
        pool: Executor,
        budget: float,
        publish: Callable[[Event], None],
        allowed_month: str = "",
        day: Callable[[], date] = today,
    ) -> None:
        """Open the book.

        Args:
            store: where it is written.
            pool: the thread that writes there.
            budget: US dollars a month; 0 sets none.
            publish: tells the owner.
            allowed_month: the month, as 2026-03, in which the owner allowed to go beyond it.
            day: gives the owner's present day.
        """
        self.budget = budget
        self.allowed_month = allowed_month
        self._store = store
        self._pool = pool
        self._publish = publish
        self._day = day
        self._month = ""
        self._cost = 0.0
        self._warned = ""

    def of(self, conversation: str | None) -> Account:
        """What counts for one conversation."""
        return Account(self, conversation)

    def load(self) -> None:
        """Read what this month cost so far. Blocks; belongs into a thread."""
        month = self._day().isoformat()[:7]
        with self._store.read() as reader:
            self._cost = model_usage.cost_since(reader, f"{month}-01")
        self._month = month

    def report(self, since: date | None = None, until: date | None = None) -> UsageReport:
        """Sums over a span of days, both ends included. Blocks; belongs into a thread.

        Args:
            since: the first day; None takes the first of the month of the last.
            until: the last day; None takes today.
        """
        last = until or self._day()
        first = since or last.replace(day=1)
        span = {"since": first.isoformat(), "until": last.isoformat()}
        with self._store.read() as reader:
            total = model_usage.usage_sums(reader, **span, by=None)
            days = model_usage.usage_sums(reader, **span, by="day")
            models = model_usage.usage_sums(reader, **span, by="model")
            conversations = model_usage.usage_sums(reader, **span, by="conversation")
        return UsageReport(
            **span,
            total=total[0] if total else UsageLine(),
            by_day=tuple(days),
            by_model=tuple(models),
            by_conversation=tuple(line for line in conversations if line.key),
            month_cost=self.month_cost,
            budget=self.budget,
            over_budget_allowed=self._allowed,
        )

    @property
    def month_cost(self) -> float:
        """US dollars of this month, as far as prices are known."""
        self._turn()
        return self._cost

    def check(self, info: ChatModelInfo) -> None:
        """Let a request through, or not.

        Raises:
            BudgetReachedError: the month's budget is used up and the owner has not allowed more.
        """
        self._turn()
        free = not info.leaves_computer or info.input_price == 0
        if self.budget <= 0 or free or self._allowed or self._cost < self.budget:
            return
        raise BudgetReachedError(
            f"This month's budget of ${self.budget:,.2f} for language models is used up (${self._cost:,.2f}). Nothing"
            " was sent. Allow more for this month, raise llm.monthly_budget, or choose a model on this computer."
        )

    def allow(self) -> str:
        """Go on beyond the budget until the month ends.

        Returns:
            The month, as 2026-03.
        """
        self.allowed_month = self._day().isoformat()[:7]
        return self.allowed_month

    def record(self, info: ChatModelInfo, purpose: str, conversation: str | None, usage: Usage) -> None:
        """Count one request; the database has it a moment later."""
        self._turn()
        self._cost += usage.cost or 0.0
        fields = {
            "day": self._day().isoformat(),
            "model": info.id,
            "purpose": purpose,
            "conversation": conversation,
            "message": None,
            "input_tokens": usage.input_tokens,
            "cached_tokens": usage.cached_tokens,
            "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "cost": usage.cost,
        }

        def write() -> None:
            try:
                with self._store.write() as writer:
                    chat_notes.add_usage(writer, **fields)
            except StoreError as error:
                _log.warning("what %s used could not be noted: %s", info.id, error)

        try:
            self._pool.submit(write)
        except RuntimeError:  # the pool takes nothing any more at the very end
            _log.info("what %s used was not noted: Magray is closing", info.id)
        self._warn()

    @property
    def _allowed(self) -> bool:
        return self.allowed_month == self._day().isoformat()[:7]

    def _turn(self) -> None:
        """A new month begins at nothing."""
        month = self._day().isoformat()[:7]
        if self._month and month != self._month:
            self._month, self._cost = month, 0.0

    def _warn(self) -> None:
        if self.budget <= 0 or self._warned == self._month or self._cost < self.budget * WARN_AT or self._allowed:
            return
        self._warned = self._month
        self._publish(
            Notice(
                level="warning",
                text=f"Language models cost ${self._cost:,.2f} this month; the budget is ${self.budget:,.2f}."
                " When it is used up, Magray asks before it goes on.",
            )
        )


class Account:
    """Counts for one conversation."""

    def __init__(self, book: UsageBook, conversation: str | None) -> None:
        self._book = book
        self._conversation = conversation

    def check(self, info: ChatModelInfo) -> None:
        """See `UsageBook.check`."""
        self._book.check(info)

    def record(self, info: ChatModelInfo, request: ChatRequest, usage: Usage, *, estimated: bool) -> None:
        """Count one request, estimated ones as well: what was stopped halfway is paid for all the same."""
        self._book.record(info, request.purpose, self._conversation, usage)
