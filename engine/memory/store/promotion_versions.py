"""Versions of the model that decides what rises, and the few single values that promotion keeps.

Writing functions run inside the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import peewee

from engine.memory.records import Meta, PromotionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the model; see `records.PromotionModel`. State: `champion`, `former`, `rejected`."""

    number: int
    made_at: int
    kind: str
    features: str
    state: str
    metrics: dict[str, Any]


def versions(reader: peewee.SqliteDatabase) -> list[Version]:
    """All versions, the newest first."""
    model = PromotionModel
    query = model.select(model.number, model.made_at, model.kind, model.features, model.state, model.metrics).order_by(
        model.number.desc()
    )
    return [
        Version(number=number, made_at=made_at, kind=kind, features=features, state=state, metrics=json.loads(metrics))
        for number, made_at, kind, features, state, metrics in query.tuples().execute(reader)
    ]


def model_data(reader: peewee.SqliteDatabase, number: int) -> bytes | None:
    """The bytes of a version; None where there is none."""
    row = reader.execute_sql("SELECT data FROM promotion_model WHERE number = ?", (number,)).fetchone()
    return None if row is None else bytes(row[0])


def add_version(writer: peewee.SqliteDatabase, version: Version, data: bytes, *, kept: int) -> int:
    """Write a version, and forget the oldest that lost beyond `kept`.

    Returns:
        Its number.
    """
    number = PromotionModel.insert(
        made_at=version.made_at,
        kind=version.kind,
        features=version.features,
        state=version.state,
        metrics=json.dumps(version.metrics),
        data=data,
    ).execute(writer)
    writer.execute_sql(
        "DELETE FROM promotion_model WHERE state != 'champion' AND number NOT IN "
        "(SELECT number FROM promotion_model ORDER BY number DESC LIMIT ?)",
        (kept,),
    )
    return int(number)


def crown(writer: peewee.SqliteDatabase, number: int) -> None:
    """Let one version decide from now on; 0 is the shipped one."""
    writer.execute_sql("UPDATE promotion_model SET state = 'former' WHERE state = 'champion'")
    writer.execute_sql("UPDATE promotion_model SET state = 'champion' WHERE number = ?", (number,))


def note(writer: peewee.SqliteDatabase, what: str, value: dict[str, Any]) -> None:
    """Keep a small value of promotion's own."""
    Meta.insert(key=f"promotion.{what}", value=json.dumps(value)).on_conflict_replace().execute(writer)


def noted(reader: peewee.SqliteDatabase, what: str) -> dict[str, Any]:
    """What `note` kept; empty where nothing."""
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (f"promotion.{what}",)).fetchone()
    found = {} if row is None else json.loads(row[0])
    return found if isinstance(found, dict) else {}
