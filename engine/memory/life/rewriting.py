"""Deeds that change what a memory says, or make memories out of others: edit, merge, split."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine import values
from engine.embedding.embedder import Embedder
from engine.embedding.in_use import EmbedderReplacedError, held
from engine.errors import InvalidMemoryError
from engine.life_values import Action, Actor
from engine.memory.context import embedding_text
from engine.memory.life import deeds, terms
from engine.memory.life.base import LifeBase
from engine.memory.memory import check
from engine.memory.store import life, memories, versions
from engine.memory.store.database import Database
from engine.memory.store.life import Change, Deed, Fields, State
from engine.memory.store.memories import NewRow, content_hash

T = TypeVar("T")

SHOWN_TEXT = 2000
"""Characters of a text that the history shows; the whole stands in the memory and in its versions."""


class _ChangedMeanwhileError(Exception):
    """Somebody else edited the memory while its new text was being embedded."""


class Rewriting(LifeBase):
    """Edit, merge, split."""

    async def edit(
        self,
        memory_id: str,
        *,
        text: str | None = None,
        title: str | EllipsisType | None = ...,
        kind: values.Kind | None = None,
        tags: Sequence[str] | None = None,
        importance: float | None = None,
        reason: str = "",
        actor: Actor = "owner",
    ) -> values.Memory:
        """Change what a memory says; another text or title is embedded anew, and what it said before is kept.

        Args:
            memory_id: Which; its id, its neighbours, its source and its layer stay.
            text: The new text; None leaves it.
            title: The new title; None takes it off, and left out it stays.
            kind: What it is.
            tags: All of its tags.
            importance: From 0 to 1.
            reason: Why, in words.
            actor: Who does it.

        Raises:
            NotFoundError: there is none.
            InvalidMemoryError: a field cannot be used, or it was deleted.
        """
        if importance is not None and not (math.isfinite(importance) and 0 <= importance <= 1):
            raise InvalidMemoryError(f"importance: {importance!r} is no number from 0 to 1. Nothing was changed.")
        deed = self._deed("edited", actor, reason)
        while True:
            (before,) = await self._read(lambda reader: memories.by_ids(reader, [memory_id]))
            wanted = check(
                values.NewMemory(
                    text=before.text if text is None else text,
                    title=before.title if isinstance(title, EllipsisType) else title,
                    kind=kind or before.kind,
                    tags=before.tags if tags is None else tags,  # type: ignore[arg-type] # checked right here
                ),
                dimensions=self._embedder.dimensions,
            )
            after = dataclasses.replace(before, text=wanted.text, title=wanted.title, kind=wanted.kind)
            fields: Fields = {"title": wanted.title, "kind": wanted.kind, "tags": deeds.tags_json(wanted.tags)}
            if importance is not None:
                fields["importance"] = float(importance)
            texts = [after] if (after.text, after.title) != (before.text, before.title) else []

            def work(
                store: Database,
                writer: Any,
                vectors: Sequence[bytes],
                model: Embedder,
                old: values.Memory = before,
                new: values.Memory = after,
                fields: Fields = fields,
            ) -> list[str]:
                return _edit(store, writer, old, new, fields, vectors, model, deed)

            try:
                done = await self._embedded(texts, work)
            except _ChangedMeanwhileError:
                continue
            self._done(deed, done)
            return (await self._read(lambda reader: memories.by_ids(reader, [memory_id])))[0]

    async def merge(
        self,
        ids: Sequence[str],
        *,
        text: str | None = None,
        keep: str | None = None,
        reason: str = "",
        actor: Actor = "owner",
    ) -> Action:
        """Make one of several memories that say the same: the others stay, hidden behind it.

        Args:
            ids: Two or more.
            text: What the one says; it is remembered anew, in the highest of their layers. None keeps one as it is.
            keep: Which one stays where there is no new text; None takes the best: pinned, high, used, new.
            reason: Why, in words.
            actor: Who does it.

        Raises:
            InvalidMemoryError: fewer than two, one is hidden behind another memory already, or `keep` is none
                of them.
        """
        wanted = list(dict.fromkeys(ids))
        if len(wanted) < 2 or isinstance(ids, str):
            raise InvalidMemoryError("ids: two memories at least are needed to make one of them.")
        if keep is not None and keep not in wanted:
            raise InvalidMemoryError(f"keep: {keep} is not among those that are merged.")
        deed = self._deed("merged", actor, reason)
        if text is None:
            return self._done(
                deed, await self._memory.write(lambda store, writer: _merge(store, writer, wanted, keep, deed))
            )
        parts = await self._read(lambda reader: memories.by_ids(reader, wanted))
        new = check(_together(parts, text), dimensions=self._embedder.dimensions)

        def work(store: Database, writer: Any, vectors: Sequence[bytes], model: Embedder) -> list[str]:
            states = _mergeable(writer, wanted)
            row = self._row(new, vectors[0], model, at=deed.at)
            made = _insert(store, writer, [row], deeds.gathered(states[0], states[1:]), deed)
            pairs = [[made[0].id, state.id] for state in states]
            life.log(writer, deed, [_made(made[0], {"$links": pairs, "$with": wanted})])
            _hide(store, writer, states, made[0].id, {"$with": [made[0].id]}, deed)
            life.link(writer, [(whole, part) for whole, part in pairs])
            return [made[0].id, *wanted]

        return self._done(deed, await self._embedded([new], work))

    async def split(self, memory_id: str, parts: Sequence[str], *, reason: str = "", actor: Actor = "owner") -> Action:
        """Make several memories of one: each part is remembered in its place, and the whole stays, hidden behind them.

        Raises:
            NotFoundError: there is none.
            InvalidMemoryError: fewer than two parts, an empty one, or the memory is hidden behind another one already.
        """
        if isinstance(parts, str) or len(parts) < 2:
            raise InvalidMemoryError("parts: two texts at least are needed to split a memory.")
        deed = self._deed("split", actor, reason)
        (whole,) = await self._read(lambda reader: memories.by_ids(reader, [memory_id]))
        new = [check(one, dimensions=self._embedder.dimensions) for one in _pieces(whole, parts)]

        def work(store: Database, writer: Any, vectors: Sequence[bytes], model: Embedder) -> list[str]:
            (state,) = _mergeable(writer, [memory_id])
            document, position = life.place_of(writer, state.number)
            rows = [
                dataclasses.replace(self._row(one, vector, model, at=deed.at), document=document, position=position)
                for one, vector in zip(new, vectors, strict=True)
            ]
            made = _insert(store, writer, rows, {"importance": state.importance, "pinned": state.pinned}, deed)
            pairs = [[state.id, one.id] for one in made]
            _hide(store, writer, [state], made[0].id, {"$links": pairs, "$with": [state.id]}, deed)
            life.log(writer, deed, [_made(one, {"$with": [state.id]}) for one in made])
            life.link(writer, [(first, second) for first, second in pairs])
            return [state.id, *(one.id for one in made)]

        return self._done(deed, await self._embedded(new, work))

    async def compose(
        self, new: values.NewMemory, parts: Sequence[str], *, kind: str, reason: str = "", actor: Actor = "owner"
    ) -> Action:
        """Remember a text that tells other memories, which stay as they are; taking it back hides the text again.

        Args:
            new: The text.
            parts: Ids of what it tells.
            kind: Of the links to them.
            reason: Why, in words.
            actor: Who does it.

        Raises:
            NotFoundError: one of the parts is gone.
            InvalidMemoryError: a field cannot be used, or the external id is taken.
        """
        deed = self._deed("folded", actor, reason)
        checked = check(new, dimensions=self._embedder.dimensions)

        def work(store: Database, writer: Any, vectors: Sequence[bytes], model: Embedder) -> list[str]:
            told = [state.id for state in life.states(writer, parts)]
            (made,) = _insert(store, writer, [self._row(checked, vectors[0], model, at=deed.at)], {}, deed)
            life.log(writer, deed, [_made(made, {})])
            life.link(writer, [(made.id, part) for part in told], kind)
            return [made.id]

        return self._done(deed, await self._embedded([checked], work))

    async def _embedded(
        self,
        texts: Sequence[values.Memory] | Sequence[values.NewMemory],
        work: Callable[[Database, Any, Sequence[bytes], Embedder], T],
    ) -> T:
        """Embed, then write in one transaction; again, where the embedder was replaced meanwhile."""
        while True:
            with held(self._embedder) as model:
                made: list[bytes] = []
                if texts:
                    vectors: NDArray[np.float32] = await self._executors.run(
                        "inference", model.embed_passages, [embedding_text(one) for one in texts]
                    )
                    made = [vector.astype("<f4", copy=False).tobytes() for vector in vectors]

                def write(store: Database, writer: Any, made: Sequence[bytes] = made, model: Embedder = model) -> T:
                    if made and model.model_id != self._embedder.model_id:
                        raise EmbedderReplacedError(model.model_id)
                    return work(store, writer, made, model)

                try:
                    return await self._memory.write(write)
                except EmbedderReplacedError:
                    continue

    def _row(self, new: values.NewMemory, vector: bytes, model: Embedder, *, at: int) -> NewRow:
        return NewRow(
            memory=new,
            vector=vector,
            model=model.model_id,
            dimensions=model.dimensions,
            expires_at=terms.expiry(self._terms, new.layer, at),
        )


def _edit(
    store: Database,
    writer: Any,
    old: values.Memory,
    new: values.Memory,
    fields: Fields,
    vectors: Sequence[bytes],
    model: Embedder,
    deed: Deed,
) -> list[str]:
    (state,) = life.states(writer, [old.id])
    deeds.check_living([state])
    if (state.content_hash, state.title) != (content_hash(old.text), old.title):
        raise _ChangedMeanwhileError
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if vectors:
        version = versions.keep(store, writer, state, at=deed.at)
        versions.set_text(
            writer, state, text=new.text, vector=vectors[0], model=model.model_id, dimensions=model.dimensions
        )
        fields = fields | {"content_hash": content_hash(new.text)}
        before = {"$version": version, "$known": False}
        after = {"$version": version, "$known": True}
        if new.text != old.text:
            before["$text"], after["$text"] = _cut(old.text), _cut(new.text)
    return life.apply(
        store, writer, [Change(state=state, fields=fields, anew=bool(vectors), before=before, after=after)], deed
    )


def _merge(store: Database, writer: Any, ids: Sequence[str], keep: str | None, deed: Deed) -> list[str]:
    states = _mergeable(writer, ids)
    stays = deeds.survivor(states) if keep is None else next(one for one in states if one.id == keep)
    others = [one for one in states if one is not stays]
    pairs = [[stays.id, one.id] for one in others]
    extra = {"$links": pairs, "$with": [one.id for one in others]}
    change = Change(state=stays, fields=deeds.gathered(stays, others), before={"$links": []}, after=extra)
    life.apply(store, writer, [change], deed)
    _hide(store, writer, others, stays.id, {"$with": [stays.id]}, deed)
    life.link(writer, [(whole, part) for whole, part in pairs])
    return [stays.id, *(one.id for one in others)]


def _mergeable(reader: Any, ids: Sequence[str]) -> list[State]:
    states = life.states(reader, ids)
    deeds.check_living(states)
    for state in states:
        if state.superseded_by is not None:
            raise InvalidMemoryError(
                f"Memory {state.id} is hidden behind memory {state.superseded_by} already. Nothing was changed."
            )
    return states


def _hide(
    store: Database, writer: Any, states: Sequence[State], behind: str, after: dict[str, Any], deed: Deed
) -> None:
    """Hide memories that go on being true behind one that says the same."""
    before: dict[str, Any] = {"$links": []} if "$links" in after else {}
    life.apply(
        store,
        writer,
        [
            Change(
                state=state,
                fields=deeds.superseded(state, behind, at=deed.at, valid_to=None),
                before=before,
                after=after,
            )
            for state in states
        ],
        deed,
    )


def _insert(store: Database, writer: Any, rows: Sequence[NewRow], fields: Fields, deed: Deed) -> list[State]:
    """Write new memories; `fields` are set beside what a new memory may say."""
    ids = [memory.id for memory in memories.fetch(writer, memories.insert(store, writer, rows))]
    states = life.states(writer, ids)
    moved = {name: value for name, value in fields.items() if name != "tags"}
    life.set_quietly(store, writer, [(state, moved) for state in states])
    return states


def _made(state: State, after: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A row of the log for a memory that a deed made: taking the deed back hides it, as if it had never been known."""
    return state.id, {"deleted_at": state.created_at, "$links": []}, {"deleted_at": None} | after


def _together(parts: Sequence[values.Memory], text: str) -> values.NewMemory:
    """What several memories come to with a new text: what they have in common stays."""
    best = max(parts, key=lambda one: (terms.rank_of(one.layer), one.pinned, one.access_count))
    sessions, speakers = {one.session for one in parts}, {one.speaker for one in parts}
    return values.NewMemory(
        text=text,
        layer=best.layer,
        kind=best.kind if best.kind != "document_chunk" else "note",
        speaker=best.speaker if len(speakers) == 1 else None,
        occurred_at=max(one.occurred_at for one in parts),
        session=best.session if len(sessions) == 1 else None,
        title=best.title,
        tags=tuple(dict.fromkeys(tag for one in parts for tag in one.tags)),
        source=_common_conversation(parts),
    )


def _common_conversation(parts: Sequence[values.Memory]) -> values.ConversationSource | None:
    """The conversation that all come from; it is erased with it. A text of its own stands in no document."""
    found = {one.source.conversation_id if isinstance(one.source, values.ConversationSource) else None for one in parts}
    conversation = found.pop()
    return None if found or conversation is None else values.ConversationSource(conversation, None)


def _pieces(whole: values.Memory, parts: Sequence[str]) -> list[values.NewMemory]:
    """The parts of a memory, each where it stands in the document where it stands there word for word."""
    made, at = [], 0
    for part in parts:
        source = whole.source
        if isinstance(source, values.DocumentSource):
            found = whole.text.find(part, at)
            if found >= 0:
                at = found + len(part)
                source = dataclasses.replace(source, start=source.start + found, end=source.start + at)
        made.append(
            values.NewMemory(
                text=part,
                layer=whole.layer,
                kind=whole.kind,
                speaker=whole.speaker,
                occurred_at=whole.occurred_at,
                session=whole.session,
                title=whole.title,
                tags=whole.tags,
                source=source,
            )
        )
    return made


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[: SHOWN_TEXT - 1]}…"
