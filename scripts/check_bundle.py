"""Try a bundle as its user would: `python scripts/check_bundle.py [dist/magray]`.

Under Xvfb, in an empty home and without anything of this checkout: the window comes up with the engine ready, and the
same program reads a document, answers from it with the right source, says how it is and verifies its memory. Frozen
reading processes, lazily imported modules and bundled data are all on that way.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.helpers.vendors import loopback_vendors  # noqa: E402 - found by the line above

QUESTION = "When does the lease of the harbour office end?"
SENTENCE = "The lease of the harbour office ends on 31 May 2027."
TEXT = f"""# Harbour office

The office stands at the end of the eastern pier and has four rooms.

{SENTENCE} It may be prolonged by two years if both sides agree in writing.

The rent is paid on the first day of each month.
"""


class Bundle:
    """The program in a home of its own."""

    def __init__(self, program: Path, home: Path, display: str) -> None:
        self.program = program
        self.data = home / "data"
        keep = ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ}
        self.environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "xcb"}
        self.environment["DISPLAY"] = display

    def run(self, *arguments: str) -> str:
        """One command; its output.

        Raises:
            SystemExit: it failed.
        """
        done = subprocess.run(
            [str(self.program), "--data-dir", str(self.data), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment,
            cwd=self.data.parent,
            timeout=180,
            check=False,
        )
        if done.returncode != 0:
            fail(f"magray {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """One command's JSON document."""
        return json.loads(self.run(*arguments, "--json"))


def fail(text: str) -> None:
    """End with a reason."""
    sys.exit(f"FAILED: {text}")


def check(condition: object, text: str) -> None:
    """Say what was checked, or end."""
    if not condition:
        fail(text)
    print(f"ok: {text}", flush=True)


def check_command_line(bundle: Bundle, home: Path) -> None:
    """Read, ask, look, verify."""
    folder = home / "some documents"
    folder.mkdir()
    (folder / "harbour.md").write_text(TEXT, encoding="utf-8")
    (folder / "empty.txt").touch()
    shutil.copy(ROOT / "resources" / "welcome" / "privacy-and-memory.pdf", folder / "privacy.pdf")
    report = bundle.json("ingest", str(folder))
    states = {Path(row["path"]).name: row["state"] for row in report["files"]}
    check(states.get("harbour.md") == "done", f"a note is read by a frozen worker: {states}")
    check(states.get("privacy.pdf") == "done", "a PDF is read")
    check(states.get("empty.txt") == "skipped", "an empty file is skipped with a reason")
    answer = bundle.json("ask", QUESTION)
    check(SENTENCE.split(" ends ")[1].rstrip(".") in answer["text"], f"the answer is right: {answer['text']!r}")
    check(answer["citations"][0]["source"]["path"].endswith("harbour.md"), "its source is the note")
    check("31 May 2027" in bundle.run("ask", QUESTION), "the answer is printed for people too")
    hits = bundle.json("search", "Is anything sent over the internet?", "--explain")["hits"]
    check(any(hit["source"] and hit["source"]["page"] for hit in hits), "a hit in the PDF names its page")
    check(not bundle.json("memory", "verify")["problems"], "the indexes agree with the database")
    check(bundle.json("status")["memories"], "status tells of memories")


def check_language_models(bundle: Bundle) -> None:
    """Each provider's client, imported when it is first used, answers from a server on the loopback."""
    with loopback_vendors() as vendors:
        settings = {
            "compatible/any": {"MAGRAY_LLM__COMPATIBLE__BASE_URL": vendors.v1},
            "openai/gpt-5": {"OPENAI_BASE_URL": vendors.v1, "OPENAI_API_KEY": "sk-of-the-check"},
            "anthropic/claude-sonnet-5": {
                "ANTHROPIC_BASE_URL": vendors.address,
                "ANTHROPIC_API_KEY": "sk-of-the-check",
            },
        }
        for model, variables in settings.items():
            plain = dict(bundle.environment)
            bundle.environment |= {**variables, "MAGRAY_LLM__MODEL": model}
            answer = bundle.json("ask", QUESTION)
            bundle.environment = plain
            check(answer["made_by"] == model, f"{model} answers: {answer['text']!r}")


def check_window(bundle: Bundle) -> None:
    """The window comes up, the engine becomes ready, and it closes in order when asked to."""
    began = time.monotonic()
    process = subprocess.Popen(
        [str(bundle.program), "--data-dir", str(bundle.data)],
        env={**bundle.environment, "MAGRAY_TRACE_START": "1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=bundle.data.parent,
        text=True,
    )
    assert process.stderr is not None
    seen = ""
    try:
        while "ready" not in seen and time.monotonic() - began < 60:
            line = process.stderr.readline()
            if not line:
                break
            seen += line
        check("ready" in seen, f"the window is painted and the engine ready: {' '.join(seen.split())}")
        process.send_signal(signal.SIGTERM)
        check(process.wait(30) == 0, "it closes in order when the system asks it to")
    finally:
        if process.poll() is None:
            process.kill()
            print(process.stderr.read(), file=sys.stderr)
        process.stderr.close()


def main() -> None:
    """Find the bundle, find a screen, check."""
    parser = argparse.ArgumentParser(description="Try a bundle as its user would.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist" / "magray")
    folder = parser.parse_args().folder.resolve()
    program = folder / ("magray.exe" if sys.platform == "win32" else "magray")
    if not program.exists():
        sys.exit(f"{program} is not there. Build it by: python installers/build.py")
    if sys.platform.startswith("linux") and shutil.which("Xvfb") is None:
        sys.exit("Xvfb is missing. Type: apt-get install xvfb")
    with tempfile.TemporaryDirectory(prefix="magray bundle ") as temporary:
        home = Path(temporary)
        read, write = os.pipe()
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        try:
            with os.fdopen(read) as pipe:
                display = ":" + pipe.readline().strip()
            bundle = Bundle(program, home, display)
            check_command_line(bundle, home)
            check_language_models(bundle)
            check_window(bundle)
        finally:
            screen.terminate()
            screen.wait()
    print("The bundle works.")


if __name__ == "__main__":
    main()
