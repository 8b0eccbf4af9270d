"""Sums over what language models used."""

from __future__ import annotations

from typing import Any

import peewee
from peewee import fn

from engine.memory.records import ModelUsage
from engine.usage_values import UsageLine


def cost_since(reader: peewee.SqliteDatabase, day: str) -> float:
    """US dollars of all requests from a day on, as far as prices are known."""
    query = ModelUsage.select(fn.COALESCE(fn.SUM(ModelUsage.cost), 0.0)).where(ModelUsage.day >= day)
    return float(query.tuples().execute(reader)[0][0])


def usage_sums(reader: peewee.SqliteDatabase, *, since: str, until: str, by: str | None) -> list[UsageLine]:
    """Sums over a span of days, both ends included.

    Args:
        reader: where to read.
        since: the first day, as 2026-03-01.
        until: the last day.
        by: a column that lines have in common: `day`, `model`, `conversation`; None makes one line of all.
    """
    key: Any = fn.COALESCE(getattr(ModelUsage, by), "") if by else peewee.Value("")
    cost = fn.COALESCE(fn.SUM(ModelUsage.cost), 0.0)
    query = ModelUsage.select(
        key,
        fn.COUNT(ModelUsage.number),
        *(
            fn.COALESCE(fn.SUM(column), 0)
            for column in (
                ModelUsage.input_tokens,
                ModelUsage.cached_tokens,
                ModelUsage.output_tokens,
                ModelUsage.reasoning_tokens,
            )
        ),
        cost,
        fn.COALESCE(fn.SUM(ModelUsage.cost.is_null(True)), 0),
    ).where(ModelUsage.day.between(since, until))
    if by:
        query = query.group_by(key).order_by(*((key,) if by == "day" else (cost.desc(), key)))
    return [
        UsageLine(
            key=row[0],
            requests=row[1],
            input_tokens=row[2],
            cached_tokens=row[3],
            output_tokens=row[4],
            reasoning_tokens=row[5],
            cost=row[6],
            unpriced=row[7],
        )
        for row in query.tuples().execute(reader)
    ]
