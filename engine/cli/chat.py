"""`magray chat`: a conversation in the terminal, or one turn of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from engine.chat_values import Answered, Asked, ChatStep, Failed, Reading, Remembered, Said, Switched
from engine.cli import show
from engine.cli.progress import spinner
from engine.errors import InvalidMemoryError, MagrayError
from engine.values import Message

if TYPE_CHECKING:
    from engine.engine import Engine

_HELP = """\
/again           answer the last question again
/sources         the passages behind the last answer
/remember TEXT   remember something for ever
/model NAME      answer by another model from now on; /model alone goes back to the settings
/list            the last conversations
/open ID         go on with another conversation
/new             begin another conversation
/quit            end (Ctrl+D does, too); Ctrl+C stops an answer"""


async def run(engine: Engine, options: Namespace) -> int:
    """One turn where a text is given, else a conversation until the owner ends it."""
    if options.text is None:
        if options.json:
            raise InvalidMemoryError("--json needs the text of one turn: magray chat TEXT --json.")
        return await _Talk(engine, options).run()
    text = sys.stdin.read() if options.text == "-" else options.text
    conversation = await _conversation(engine, options.conversation)
    if options.json:
        return await _document(engine, conversation, text, options)
    printer = _Printer()
    async with contextlib.aclosing(engine.chat(conversation, text, model=options.model)) as steps:
        async for step in steps:
            printer.show(step)
    print(f"\nmagray chat --conversation {conversation}   goes on with it", file=sys.stderr)
    return 0


async def _document(engine: Engine, conversation: str, text: str, options: Namespace) -> int:
    told: dict[str, Any] = {"conversation_id": conversation, "failed": None, "message": None, "remembered": []}
    with spinner("Looking for an answer"):
        async with contextlib.aclosing(engine.chat(conversation, text, model=options.model)) as steps:
            async for step in steps:
                if isinstance(step, Asked):
                    told["asked"] = step.message
                elif isinstance(step, Failed):
                    told["failed"] = step
                elif isinstance(step, Answered):
                    told["message"] = step.message
                elif isinstance(step, Remembered):
                    told["remembered"] = step.ids
    show.print_json(told)
    return 0


async def _conversation(engine: Engine, wanted: str | None) -> str:
    """The conversation to go on with, or a new one.

    Raises:
        NotFoundError: there is none of that id.
    """
    return (await engine.conversation(wanted) if wanted else await engine.create_conversation()).id


class _Printer:
    """Shows the steps of a turn as they come."""

    def __init__(self) -> None:
        self.message: Message | None = None
        self._speaking = False

    def show(self, step: ChatStep) -> None:
        """Show one."""
        match step:
            case Said(text):
                print(text, end="", flush=True)
                self._speaking = True
            case Reading(done, total, words):
                self._aside(f"{words} ({done} of {total})")
            case Switched(model, reason):
                self._aside(f"{model} answers: {reason}")
            case Failed():
                self._aside(step.error)
            case Answered(message):
                self._end()
                self.message = message
                if message.answer is not None:
                    show.print_sources(message.answer)
            case Remembered(count, ids):
                self._aside(f"{show.plural(count, 'thing', 'things')} remembered: magray memory delete {' '.join(ids)}")

    def _aside(self, text: str) -> None:
        self._end()
        print(text, file=sys.stderr, flush=True)

    def _end(self) -> None:
        if self._speaking:
            print()
            self._speaking = False


class _Talk:
    """A conversation line by line."""

    def __init__(self, engine: Engine, options: Namespace) -> None:
        self._engine = engine
        self._wanted: str | None = options.conversation
        self._id = ""
        self._model: str | None = options.model
        self._last: Message | None = None

    async def run(self) -> int:
        """Talk until the owner ends it."""
        if self._wanted:
            self._id = await _conversation(self._engine, self._wanted)
        print("Ask, or tell something to be remembered. /help lists the commands.", file=sys.stderr)
        async with contextlib.aclosing(_lines()) as lines:
            async for line in lines:
                text = line.strip()
                if text in ("/quit", "/exit", "/q"):
                    break
                if text:
                    await self._take(text)
        if self._id:
            print(f"\nmagray chat --conversation {self._id}   goes on with it", file=sys.stderr)
        return 0

    async def _take(self, text: str) -> None:
        try:
            if text.startswith("/"):
                await self._command(*text[1:].partition(" ")[::2])
            else:
                self._id = self._id or (await self._engine.create_conversation()).id
                await self._follow(self._engine.chat(self._id, text, model=self._model))
        except MagrayError as error:
            print(f"{error}", file=sys.stderr)

    async def _command(self, name: str, rest: str) -> None:
        rest = rest.strip()
        if name == "new":
            self._id, self._last = "", None
        elif name == "again" and self._last is not None:
            await self._follow(self._engine.regenerate(self._last.id, model=self._model))
        elif name == "sources" and self._last is not None and self._last.answer is not None:
            show.print_hits(list(self._last.answer.hits), explain=False)
        elif name == "remember" and rest:
            memory = await self._engine.remember(rest, layer="assets")
            print(f"Remembered: {memory.id}", file=sys.stderr)
        elif name == "model":
            self._model = rest or None
            print(f"{rest or 'The model of the settings'} answers from now on.", file=sys.stderr)
        elif name == "list":
            for one in await self._engine.conversations(limit=20):
                print(f"{one.id}  {show.local(one.updated_at)}  {one.title}")
        elif name == "open" and rest:
            self._id, self._last = await _conversation(self._engine, rest), None
        elif name in ("again", "sources"):
            print("There is no answer yet.", file=sys.stderr)
        else:
            print(_HELP)

    async def _follow(self, steps: AsyncIterator[ChatStep]) -> None:
        """Show a turn; Ctrl+C ends the turn and not the talk."""
        printer = _Printer()

        async def listen() -> None:
            async for step in steps:
                printer.show(step)

        task = asyncio.ensure_future(listen())
        try:
            with _interrupts(task):
                await asyncio.wait([task])
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
        if task.cancelled():
            print("\nStopped. What was said is kept.", file=sys.stderr)
        else:
            task.result()
        self._last = printer.message or self._last


@contextlib.contextmanager
def _interrupts(task: asyncio.Task[None]) -> Iterator[None]:
    """Let Ctrl+C end a task, where the system lets a loop hear of it."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    except NotImplementedError:  # Windows: Ctrl+C ends the command, and what was said is kept
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _lines() -> AsyncGenerator[str, None]:
    """What is typed, line by line; the thread that waits for it keeps nothing from ending."""
    loop = asyncio.get_running_loop()
    found: asyncio.Queue[str | None] = asyncio.Queue()
    ended: list[bool] = []
    wanted = threading.Semaphore(0)
    prompt = "\n> " if sys.stdin.isatty() else ""

    def put(line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(found.put_nowait, line)

    def read() -> None:
        while wanted.acquire() and not ended:
            try:
                put(input(prompt))
            except (EOFError, ValueError, OSError):  # the end of the input, or it was closed
                put(None)
                return

    if sys.stdin.isatty() and os.name != "nt":
        import readline  # lines can be edited, and earlier ones come back

        readline.set_history_length(200)
    threading.Thread(target=read, name="magray-input", daemon=True).start()
    try:
        while True:
            wanted.release()
            line = await found.get()
            if line is None:
                return
            yield line
    finally:
        ended.append(True)
        wanted.release()
