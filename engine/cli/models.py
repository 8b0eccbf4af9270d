"""`magray models`: what models there are, and getting, checking, choosing and removing them.

No engine is opened for it: a model can be fetched while the desktop runs, and also when the one in use is missing.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from engine.cli import show
from engine.cli.progress import ModelBar, spinner
from engine.executors import Executors
from engine.model_values import ModelCorrections, ModelStatus
from engine.models.files import in_words
from engine.models.manager import CHOICES, ModelManager, option_value
from engine.settings import Settings
from engine.settings_table import get_option, write_option

TASKS = {"embed": "embedder", "rerank": "reranker", "chat": "language model"}


async def run(options: Namespace, settings: Settings) -> int:
    """Run the action that was parsed.

    Raises:
        MagrayError: it failed; the message is for the owner.
    """
    actions = {
        "list": _list,
        "download": _download,
        "verify": _verify,
        "use": _use,
        "remove": _remove,
        "import": _import,
    }
    executors = Executors()
    try:
        return await actions[options.action](ModelManager(settings, executors=executors), settings, options)
    finally:
        await asyncio.to_thread(executors.close)


async def _list(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    models = await manager.statuses()
    if options.json:
        show.print_json({"models": models, "folder": str(settings.paths.models)})
        return 0
    for model in models:
        _print_row(model)
    taken = sum(model.disk_bytes for model in models if model.state != "bundled")
    print(
        f"\nModels that you add are kept in {settings.paths.models}"
        + (f"; they take {in_words(taken)}" if taken else "")
    )
    return 0


async def _download(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    with ModelBar() as bar:
        model = await manager.download(options.model, variant=options.variant, on_progress=bar.update)
    return _tell(
        model, options, f"{model.ident} is installed and checked. `magray models use {model.ident}` chooses it."
    )


async def _verify(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    with spinner("Reading every byte"):
        model = await manager.verify(options.model)
    return _tell(model, options, f"{model.ident} is what it should be, byte by byte.")


async def _use(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    entry = await manager.chosen(options.model)
    option = CHOICES[entry.task]
    wanted = option_value(entry)
    write_option(settings.paths, option, wanted)
    now = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    in_force = str(get_option(now, option))
    if options.json:
        show.print_json({"name": option, "value": in_force})
    elif in_force == wanted:
        print(f"{entry.ident} is the {TASKS[entry.task]} from the next start on.")
        if entry.task == "embed":
            print(
                show.wrapped(
                    "Memories are embedded by it in the background then, and the one before answers meanwhile."
                    " `magray models reembed` does it now; with --cancel it goes back."
                )
            )
    else:
        print(f"{entry.ident} is set in config.toml, but the environment says {in_force}, which is stronger.")
    return 0


async def _remove(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    freed = await manager.remove(options.model)
    if options.json:
        show.print_json({"removed": options.model, "bytes": freed})
    else:
        print(f"{options.model} is removed; {in_words(freed)} are free again.")
    return 0


async def _import(manager: ModelManager, settings: Settings, options: Namespace) -> int:
    corrections = ModelCorrections(
        id=options.id,
        pooling=options.pooling,
        passage_prefix=options.passage_prefix,
        query_prefix=options.query_prefix,
    )
    path = Path(options.path).expanduser().absolute()
    if options.check:
        with spinner("Looking at the model"):
            model = await manager.propose(path, corrections=corrections)
        return _tell(model, options, f"It would be imported as {model.ident}. Nothing was changed.")
    with ModelBar() as bar:
        model = await manager.import_model(path, corrections=corrections, on_progress=bar.update)
    return _tell(
        model, options, f"{model.ident} is imported and checked. `magray models use {model.ident}` chooses it."
    )


def _tell(model: ModelStatus, options: Namespace, text: str) -> int:
    if options.json:
        show.print_json(model)
    else:
        _print_row(model)
        print(text)
    return 0


def _print_row(model: ModelStatus) -> None:
    """One model: its name and state, then what it is, then its variants."""
    marks = [model.state, *(["in use"] if model.in_use else []), *(["checked"] if model.verified else [])]
    print(f"{model.id}   {', '.join(marks)}")
    facts = [TASKS[model.task]]
    if model.dimensions:
        facts.append(f"{model.dimensions} dimensions")
    if model.languages:
        facts.append("multilingual" if "*" in model.languages else f"languages {', '.join(model.languages)}")
    facts.append(f"licence {model.licence}" if model.licence else "")
    print(show.wrapped(f"{model.name}: {', '.join(filter(None, facts))}.", indent=4))
    if model.note:
        print(show.wrapped(model.note, indent=4))
    if model.problem:
        print(show.wrapped(model.problem, indent=4))
    for number, variant in enumerate(model.variants):
        size = "size not known" if variant.size is None else in_words(variant.size)
        taken = f", {in_words(variant.disk_bytes)} on disk" if variant.disk_bytes else ""
        name = model.id if number == 0 else f"{model.id}:{variant.name}"
        print(f"    {name}  {variant.quantization}, {size}, {variant.state}{taken}")
