"""The process that touches files, so that a parser that hangs, grows or crashes takes nothing else with it.

It parses, unpacks, draws, and has pictures read.
Started as `--magray-worker` by the packaged application (before anything else is imported) or by
`python -m engine.ingestion.worker`. It speaks in frames over its standard streams, works on one request at a time, and
ends when its standard input does.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from engine.ingestion.frames import FrameError, read_frame, write_frame
from engine.network import OfflineGuard

FLAG = "--magray-worker"
_GRACE_SECONDS = 10.0
"""The engine kills a worker that is late; one whose engine has died ends by itself this much later."""

_NICENESS = 5
"""Behind what the owner waits for, yet with a part of a core where all are busy, so that limits in seconds hold."""

Request = dict[str, Any]
Answer = tuple[dict[str, Any], bytes]


def main(arguments: list[str] | None = None) -> int:
    """Serve until standard input ends.

    Args:
        arguments: `--memory-mb N` and `--nice`; taken from the command line where not given.

    Returns:
        The exit status.
    """
    given = sys.argv[1:] if arguments is None else arguments
    # What libraries print must not get between the frames, so the frames move to a descriptor that nobody knows.
    requests_from, answers_to = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(requests_from, os.O_BINARY)
        msvcrt.setmode(answers_to, os.O_BINARY)
    _bind_to_parent()
    OfflineGuard().hold()  # a document has no business on the network
    if "--nice" in given:
        _lower_priority()
    if "--memory-mb" in given:
        _limit_memory(int(given[given.index("--memory-mb") + 1]) << 20)

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(answers_to, view[: 1 << 20]) :]

    incoming: queue.Queue[Request | None] = queue.Queue()
    threading.Thread(target=_listen, args=(requests_from, incoming), daemon=True).start()
    while (request := incoming.get()) is not None:
        seconds = float(request.get("seconds", 0)) + _GRACE_SECONDS
        faulthandler.dump_traceback_later(seconds, exit=True, file=2)
        try:
            head, body = _serve(request)
        finally:
            faulthandler.cancel_dump_traceback_later()
        try:
            write_frame(write, head, body)
        except OSError:
            return 0  # the engine is gone
    return 0


def _listen(descriptor: int, incoming: queue.Queue[Request | None]) -> None:
    """Take requests; when the engine closes the pipe or dies, end the process at once, whatever it is doing."""
    try:
        while (frame := read_frame(lambda count: os.read(descriptor, count))) is not None:
            incoming.put(frame[0])
    except (OSError, FrameError) as error:
        _say(f"the engine cannot be heard any more ({error})")
    os._exit(0)


def _serve(request: Request) -> Answer:
    # Imported here so that the process answers `ping` at once and a broken library is an answer, not a crash.
    from engine.ingestion.reading import Unreadable

    try:
        return _operations()[request["op"]](request)
    except Unreadable as error:
        return {"ok": False, "reason": str(error), "skipped": error.skipped}, b""
    except MemoryError:
        return {"ok": False, "reason": "", "memory": True}, b""
    except FileNotFoundError:
        return {"ok": False, "reason": "the file vanished while it was being read"}, b""
    except PermissionError:
        return {"ok": False, "reason": "its permissions do not allow reading it"}, b""
    except OSError as error:
        return {"ok": False, "reason": f"the system could not read it ({error.strerror or error})"}, b""
    except RecursionError:
        return {"ok": False, "reason": "it is nested too deeply to be read"}, b""
    except Exception as error:
        import traceback

        traceback.print_exc()
        return {"ok": False, "reason": f"the reader failed on it ({type(error).__name__}: {str(error)[:160]})"}, b""


def _operations() -> dict[str, Callable[[Request], Answer]]:
    from engine.ingestion import operations

    return {
        "ping": lambda _: ({"ok": True}, b""),
        "read": operations.read,
        "cut": operations.cut,
        "unpack": operations.unpack_archive,
        "render": operations.render,
        "ocr": operations.ocr,
    }


def _say(words: str) -> None:
    os.write(2, f"{words}\n".encode())


def _bind_to_parent() -> None:
    """Let Linux end this process with its parent even where a parser holds the interpreter."""
    if sys.platform == "linux":
        import ctypes
        import signal

        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(0)


def _lower_priority() -> None:
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(_NICENESS)


def _limit_memory(limit: int) -> None:
    """Let the system refuse more memory where it can; elsewhere the engine watches from outside."""
    if sys.platform == "linux":
        import resource

        # RLIMIT_DATA counts what was really made writable; RLIMIT_AS would count the address space that allocators
        # reserve.
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
