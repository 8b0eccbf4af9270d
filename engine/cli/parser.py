"""The grammar of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine import __version__
from engine.bench import BENCHES
from engine.cli import consolidation, promotion
from engine.cli.life import add_actions, add_days
from engine.llm.messages import PROVIDERS
from engine.values import KINDS, LAYERS

_EPILOG = "Without a command the desktop starts. Exit status: 0 done, 1 failed, 2 wrong usage."


def _folder(text: str) -> Path:
    """A folder's path; an empty one would quietly mean the working folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; name a folder, or leave the option out")
    return Path(text)


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar. Every command sets `command`, those of a family also `action`."""
    parser = argparse.ArgumentParser(
        prog="magray", description="A private memory that reads your files and answers from them.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="version", version=f"magray {__version__}")
    parser.add_argument(
        "--data-dir", type=_folder, metavar="DIR", help="folder of everything; by default the system's folders for apps"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    ingest = _add(commands, "ingest", "read files and folders into memory")
    ingest.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder with all it holds")

    search = _add(commands, "search", "find memories")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--limit", type=_positive, metavar="N", help="how many at most")
    _add_filters(search)
    add_days(search)
    search.add_argument("--explain", action="store_true", help="show every stage's score and why each was found")

    ask = _add(commands, "ask", "answer a question from memory, with sources")
    ask.add_argument("question", metavar="QUESTION")

    chat = _add(commands, "chat", "talk: until Ctrl+D, or one turn where a text is given")
    chat.add_argument("text", nargs="?", metavar="TEXT", help="what to say; - reads it from standard input")
    chat.add_argument("--conversation", metavar="ID", help="go on with this one; by default a new one begins")
    chat.add_argument("--model", metavar="NAME", help="as openai/NAME or local/NAME; quotes answers without any model")

    _add(commands, "status", "say how everything is")
    _add(commands, "health", "say it in one word: ok, degraded, failed, or busy; for scripts")
    _add_background(commands)
    gpu = _add(commands, "gpu", "say what computes, how fast, and why nothing better")
    gpu.add_argument("--retry", action="store_true", help="forget earlier failures and measure anew")
    _add_memory(commands)
    _add_watch(commands)
    _add_models(commands)
    _add_llm(commands)
    _add_config(commands)

    names = "\n".join(f"  {name:12} {what}" for name, (_, what) in BENCHES.items())
    bench = _add(commands, "bench", "measure what is promised", epilog=f"benches:\n{names}")
    bench.add_argument("names", nargs="*", type=_bench, metavar="NAME", help="which; by default all")
    bench.add_argument("--shared", type=Path, metavar="DIR", help="folder with the public collections")
    bench.add_argument(
        "--compare", type=Path, metavar="PYTHON", help="interpreter of an environment with the libraries to compare"
    )
    bench.add_argument("--quick", action="store_true", help="a smaller run of the same shape, for a first look")
    return parser


def _add_memory(commands: Any) -> None:
    memory = commands.add_parser("memory", help="look after memories", description="Look after memories.")
    actions = memory.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = _add(actions, "list", "list memories, the newest first")
    _add_filters(listing)
    listing.add_argument("--limit", type=_positive, default=50, metavar="N", help="how many at most (50)")
    listing.add_argument("--offset", type=_natural, default=0, metavar="N", help="how many to pass over (0)")
    listing.add_argument("--deleted", action="store_true", help="those that can be brought back")
    listing.add_argument("--archived", action="store_true", help="those that lie in the archive")
    listing.add_argument("--superseded", action="store_true", help="those that a newer memory replaced")

    show = _add(actions, "show", "show one memory whole")
    show.add_argument("id", metavar="ID")
    show.add_argument("--explain", action="store_true", help="also why it would rise, or what it lacks")

    add = _add(actions, "add", "remember a text")
    add.add_argument("text", metavar="TEXT", help="the text; - reads it from standard input")
    add.add_argument("--layer", choices=LAYERS, default="assets", help="where it goes (assets, which is for ever)")
    add.add_argument("--kind", choices=KINDS, default="note", help="what it is (note)")
    add.add_argument("--title", help="a short name")
    add.add_argument("--tag", action="append", default=[], metavar="TAG", help="a label; may be given several times")

    delete = _add(actions, "delete", "delete memories; without --erase they can be brought back")
    delete.add_argument("ids", nargs="+", metavar="ID")
    delete.add_argument("--erase", action="store_true", help="for good")

    undelete = _add(actions, "undelete", "bring deleted memories back")
    undelete.add_argument("ids", nargs="+", metavar="ID")

    add_actions(actions, _add)
    consolidation.add_actions(actions, _add)
    promotion.add_actions(actions, _add)
    _add_carrying(actions)
    verify = _add(actions, "verify", "hold the database against the indexes")
    verify.add_argument("--mend", action="store_true", help="put right what can be; no memory is changed")
    _add(actions, "rebuild", "build the indexes anew from the database")


def _add_carrying(actions: Any) -> None:
    export = _add(actions, "export", "write memories to a file as JSON Lines")
    export.add_argument("file", metavar="FILE", help="the file; - writes to standard output")
    export.add_argument("--vectors", action="store_true", help="with their vectors, so that they need not be computed")
    export.add_argument("--id", action="append", metavar="ID", help="only this memory; may be given several times")
    import_ = _add(actions, "import", "read memories from a file of JSON Lines; what is there stays as it is")
    import_.add_argument("file", metavar="FILE", help="the file")
    backup = _add(actions, "backup", "make a backup of everything, and read it back")
    backup.add_argument("file", nargs="?", metavar="FILE", help="where to; by default the folder of backups")
    backup.add_argument("--encrypt", action="store_true", help="seal it by a passphrase, which is asked for")
    backup.add_argument("--passphrase-file", metavar="F", help="seal it by the passphrase in this file's first line")
    backup.add_argument(
        "--keep-passphrase",
        action="store_true",
        help="make none, but keep a passphrase in the system's key store for those made by themselves",
    )
    listed = _add(actions, "backups", "list backups, check one, or delete some")
    listed.add_argument("--check", metavar="FILE", help="read this one to its end")
    listed.add_argument("--delete", nargs="+", metavar="FILE", help="delete these for good")
    listed.add_argument("--passphrase-file", metavar="F", help="its first line opens the one to check")
    restore = _add(actions, "restore", "put a backup in the place of everything; the state before is kept as a backup")
    restore.add_argument("file", metavar="FILE", help="the backup")
    restore.add_argument("--passphrase-file", metavar="F", help="its first line opens the backup")


def _add_background(commands: Any) -> None:
    background = _add(commands, "background", "look after background work; without an action, list it")
    background.set_defaults(action="list")
    actions = background.add_subparsers(dest="action", metavar="ACTION")
    _add(actions, "list", "list background work, and how it stands with it")
    for name, help_ in (("pause", "let it rest, also over the next starts"), ("resume", "let it go on")):
        _add(actions, name, help_).add_argument("name", nargs="?", metavar="NAME", help="which; by default all")
    _add(actions, "run", "do it now, and wait until it is done").add_argument("name", metavar="NAME", help="which")
    _add(actions, "resources", "say what the computer has left, and what indexes and caches take")


def _add_watch(commands: Any) -> None:
    watch = _add(commands, "watch", "keep folders in step; without an action, list them")
    watch.set_defaults(action="list")
    actions = watch.add_subparsers(dest="action", metavar="ACTION")
    _add(actions, "list", "list the watched folders and how it stands with them")
    add = _add(actions, "add", "watch a folder: new and changed files are read by themselves")
    add.add_argument("path", metavar="FOLDER")
    add.add_argument(
        "--ignore", action="append", default=[], metavar="PATTERN", help="pass over this, as in a .gitignore file"
    )
    for name, help_ in (
        ("pause", "leave a folder as it is for now"),
        ("resume", "go on with a folder, and read what changed meanwhile"),
    ):
        _add(actions, name, help_).add_argument("folder", metavar="FOLDER", help="its path or id")
    ignore = _add(actions, "ignore", "give a folder other ignore patterns; none takes them off")
    ignore.add_argument("folder", metavar="FOLDER", help="its path or id")
    ignore.add_argument("patterns", nargs="*", metavar="PATTERN", help="as in a .gitignore file")
    remove = _add(actions, "remove", "watch a folder no more; its documents stay")
    remove.add_argument("folder", metavar="FOLDER", help="its path or id")
    remove.add_argument("--forget", action="store_true", help="forget its documents for good, with all made of them")
    _add(actions, "run", "stay, and keep all folders in step until Ctrl+C")


def _add_models(commands: Any) -> None:
    models = commands.add_parser(
        "models",
        help="look after the models that Magray thinks with",
        description="Look after the models that Magray thinks with.",
    )
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "list", "list what there is, what is installed and what it takes")
    download = _add(actions, "download", "fetch a model; a later one goes on where this one was stopped")
    download.add_argument("model", metavar="MODEL", help="as bge-m3, or bge-m3:fp16 for another variant")
    download.add_argument("--variant", metavar="NAME", help="the variant, in place of the colon")
    for name, help_ in (
        ("verify", "check every byte of an installed model"),
        ("use", "choose an installed model, from the next start on"),
        ("remove", "take a model off the disk"),
    ):
        _add(actions, name, help_).add_argument("model", metavar="MODEL", help="as bge-m3 or bge-m3:fp16")
    reembed = _add(actions, "reembed", "embed memories anew after a change of the embedder, now and to the end")
    how = reembed.add_mutually_exclusive_group()
    how.add_argument("--pause", action="store_true", help="let it rest, also over the next starts")
    how.add_argument("--resume", action="store_true", help="let it go on whenever Magray runs; do not wait for it")
    how.add_argument("--cancel", action="store_true", help="go back to the embedder before; nothing is lost")
    import_ = _add(actions, "import", "take a model in from a folder or a zip, one of the catalogue or your own")
    import_.add_argument("path", metavar="PATH", help="folder or zip with an ONNX file and its tokenizer.json")
    import_.add_argument("--check", action="store_true", help="only say what it would become")
    import_.add_argument("--id", metavar="NAME", help="what your own model is called")
    import_.add_argument(
        "--pooling", choices=("mean", "cls", "last_token"), help="how its token vectors become one, if you know better"
    )
    import_.add_argument("--passage-prefix", metavar="TEXT", help="what stands before a text to be found")
    import_.add_argument("--query-prefix", metavar="TEXT", help="what stands before a query")


def _add_llm(commands: Any) -> None:
    llm = commands.add_parser(
        "llm",
        help="look after language models, their providers and keys",
        description="Look after language models, their providers and keys.",
    )
    actions = llm.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "list", "list every chat model that can be chosen").add_argument(
        "--refresh", action="store_true", help="ask the providers for their lists"
    )
    _add(actions, "test", "try providers: their addresses and keys").add_argument(
        "provider", nargs="?", choices=PROVIDERS, help="which; by default all"
    )
    _add(actions, "probe", "look for servers of language models on this computer")
    _add(actions, "keys", "say where the keys of the providers lie")
    key = _add(actions, "key", "set a provider's key: it is asked for, or read from standard input")
    key.add_argument("provider", choices=[name for name in PROVIDERS if name != "local"])
    key.add_argument("--forget", action="store_true", help="forget it")
    usage = _add(commands, "usage", "say what language models used and cost")
    usage.add_argument("--days", type=_positive, metavar="N", help="of the last days; by default this month's")


def _add_config(commands: Any) -> None:
    config = commands.add_parser(
        "config", help="look at options and set them", description="Look at options and set them."
    )
    actions = config.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "list", "list every option with its value")
    get = _add(actions, "get", "print one option's value")
    get.add_argument("name", metavar="NAME", help="as recall.limit")
    set_ = _add(actions, "set", "set one option in config.toml")
    set_.add_argument("name", metavar="NAME", help="as recall.limit")
    set_.add_argument("value", metavar="VALUE")
    unset = _add(actions, "unset", "take one option out of config.toml, so that its default holds")
    unset.add_argument("name", metavar="NAME")


def _add(commands: Any, name: str, help_: str, *, epilog: str | None = None) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layer", choices=LAYERS, help="this layer only")
    parser.add_argument("--kind", choices=KINDS, help="this kind only")


def _bench(text: str) -> str:
    if text not in BENCHES:
        raise argparse.ArgumentTypeError(f"there is no bench {text}; there are {', '.join(BENCHES)}")
    return text


def _positive(text: str) -> int:
    number = _natural(text)
    if number == 0:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _natural(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number
