"""How it stands with every model: catalogue and disk held together."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ModelError
from engine.model_values import ModelState, ModelStatus, ModelVariant
from engine.models import catalog
from engine.models.entry import ModelEntry, Variant
from engine.models.files import bytes_in
from engine.models.store import InstalledModel, LocatedModel, ModelStore

_BEST: tuple[ModelState, ...] = ("bundled", "installed", "damaged", "partial", "available")


class Overview:
    """One look at the models. Reads the disk at each call."""

    def __init__(self, *, store: ModelStore, incoming: Path, in_use: frozenset[str]) -> None:
        """Make one.

        Args:
            store: what is installed.
            incoming: where interrupted downloads lie, as `<id>/<variant>`.
            in_use: names that the settings use.
        """
        self._store = store
        self._incoming = incoming
        self._in_use = in_use

    def all(self) -> list[ModelStatus]:
        """Every model of the catalogue, then the owner's own."""
        installed: dict[str, dict[str, InstalledModel]] = {}
        for one in self._store.installed():
            installed.setdefault(one.id, {})[one.variant] = one
        rows = [self.describe(entry, installed.pop(entry.id, {})) for entry in catalog.ENTRIES]
        for model_id, variants in installed.items():
            rows += [self._own(model_id, one) for one in variants.values()]
        return rows

    def describe(self, entry: ModelEntry, there: dict[str, InstalledModel]) -> ModelStatus:
        """A model of the catalogue; or, with nothing there, what an entry would look like."""
        shown = entry.variants or (
            Variant(
                name=entry.variant or entry.quantization,
                quantization=entry.quantization,
                files=entry.files,
                model_file=entry.model_file,
            ),
        )
        variants = tuple(self._variant(entry, one, there.get(one.name)) for one in shown)
        best = min(variants, key=lambda one: _BEST.index(one.state))
        chosen = there.get(best.name)
        names = {entry.id if one is variants[0] else f"{entry.id}:{one.name}" for one in variants}
        located = self._bundled(entry) if entry.bundled else None
        return ModelStatus(
            id=entry.id,
            name=entry.name,
            task=entry.task,
            state=best.state,
            in_use=bool(names & self._in_use),
            variants=variants,
            ident=entry.id if best is variants[0] else f"{entry.id}:{best.name}",
            disk_bytes=sum(one.disk_bytes for one in variants),
            verified=located.verified if located else bool(chosen and chosen.verified),
            custom=entry.custom,
            origin=entry.origin,
            licence=entry.licence,
            languages=tuple(sorted(entry.languages)),
            dimensions=entry.dimensions,
            pooling=entry.pooling,
            max_tokens=entry.max_tokens,
            passage_prefix=entry.passage_prefix,
            query_prefix=entry.query_prefix,
            matryoshka=entry.matryoshka,
            note=entry.note,
            problem=chosen.problem if chosen else None,
        )

    def _variant(self, entry: ModelEntry, variant: Variant, there: InstalledModel | None) -> ModelVariant:
        sizes = [file.size for file in variant.files]
        partial = self._incoming / entry.id / variant.name
        state: ModelState = "available"
        taken = bytes_in(partial) if not entry.bundled and not entry.custom else 0
        if entry.bundled:
            state, taken = "bundled", bytes_in(self._store.folder(entry))
        elif there is not None:
            state, taken = ("damaged" if there.problem else "installed"), there.bytes + taken
        elif taken:
            state = "partial"
        return ModelVariant(
            name=variant.name,
            quantization=variant.quantization,
            size=None if None in sizes else sum(size or 0 for size in sizes),
            state=state,
            disk_bytes=taken,
        )

    def _bundled(self, entry: ModelEntry) -> LocatedModel | None:
        try:
            return self._store.locate(entry)
        except ModelError:
            return None

    def _own(self, model_id: str, there: InstalledModel) -> ModelStatus:
        """A model that the catalogue does not know: the owner's own, or a folder that cannot be read."""
        if there.manifest is not None:
            entry = there.manifest.current_entry
            name = entry.variant or entry.quantization
            return self.describe(entry, {name: there})
        variant = ModelVariant(
            name=there.variant or "unknown", quantization="unknown", size=None, state="damaged", disk_bytes=there.bytes
        )
        return ModelStatus(
            id=model_id,
            name=model_id,
            task="embed",
            state="damaged",
            in_use=model_id in self._in_use,
            variants=(variant,),
            ident=model_id,
            disk_bytes=there.bytes,
            verified=False,
            custom=True,
            origin="",
            licence="",
            languages=(),
            dimensions=0,
            pooling="",
            max_tokens=0,
            problem=there.problem,
        )
