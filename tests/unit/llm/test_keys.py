"""Keys: where they lie, and that they lie nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import os
import pickle
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import psutil
import pytest

from engine import Engine, Settings
from engine.errors import ChatModelError
from engine.llm import system_keys
from engine.llm.keys import KeyStore
from engine.llm.messages import ChatMessage, ChatRequest
from engine.llm.secret import Secret
from tests.helpers.memory_keys import MemoryKeys
from tests.helpers.vendors import Fault, loopback_vendors

CANARY = "sk-canary-77aa31bc90dd4f2e"


def test_the_system_comes_before_the_environment() -> None:
    system = MemoryKeys()
    keys = KeyStore({"OPENAI_API_KEY": "from-environment"}, find=lambda: system)
    assert keys.place("openai") == "environment"
    assert keys.set("openai", " from-system ") == "system"
    assert system.kept == {"openai": "from-system"}
    assert keys.place("openai") == "system"
    assert keys.get("openai").reveal() == "from-system"
    assert keys.forget("openai") == "environment"
    assert keys.get("openai").reveal() == "from-environment"
    assert keys.place("anthropic") == "none"
    assert keys.get("anthropic") is None


def test_without_a_system_store_a_key_is_for_this_session() -> None:
    keys = KeyStore({"ANTHROPIC_API_KEY": "old"}, find=lambda: None)
    assert keys.set("anthropic", "typed") == "session"
    assert keys.get("anthropic").reveal() == "typed"
    assert KeyStore({}, find=lambda: None).get("anthropic") is None
    assert keys.forget("anthropic") == "environment"


@pytest.mark.expected_logs("the system's store did not take", "gave no key", "did not forget")
def test_a_store_that_refuses_is_told_and_the_session_holds_the_key() -> None:
    system = MemoryKeys()
    system.broken = True
    keys = KeyStore({}, find=lambda: system)
    assert keys.place("openai") == "none"
    assert keys.set("openai", "typed") == "session"
    assert keys.forget("openai") == "none"


def test_the_system_is_asked_once() -> None:
    system = MemoryKeys()
    keys = KeyStore({}, find=lambda: system)
    for _ in range(5):
        keys.get("openai")
    assert system.reads == 1


def test_a_store_that_was_closed_is_asked_again_when_told_to() -> None:
    system = MemoryKeys()
    keys = KeyStore({}, find=lambda: system)
    assert keys.get("openai") is None
    system.kept["openai"] = "unlocked since"
    assert keys.get("openai") is None
    keys.look_again("openai")
    assert keys.get("openai").reveal() == "unlocked since"
    keys.look_again("openai")
    keys.look_again("anthropic")
    assert system.reads == 2


def test_missing_never_waits_for_the_system() -> None:
    """Somebody may be asked to open the store meanwhile."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(MemoryKeys):
        def get(self, name: str) -> str | None:
            begun.set()
            go_on.wait(10)
            return None

    keys = KeyStore({}, find=Slow)
    asking = threading.Thread(target=keys.get, args=("openai",))
    asking.start()
    assert begun.wait(5)
    assert not keys.missing("openai")
    go_on.set()
    asking.join()
    assert keys.missing("openai")


def test_missing_is_known_only_after_a_look() -> None:
    keys = KeyStore({}, find=lambda: None)
    assert not keys.missing("openai")
    keys.get("openai")
    assert keys.missing("openai")
    keys.set("openai", "typed")
    assert not keys.missing("openai")


def test_a_backend_that_keeps_keys_in_a_file_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    class PlaintextKeyring:
        priority = 9

    class Chain:
        backends = (PlaintextKeyring(),)

    for backend in (PlaintextKeyring(), Chain()):
        monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
        assert system_keys.find_system_keys() is None


def test_a_backend_of_the_system_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.errors import PasswordDeleteError

    class Backend:
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012 - one test's

        def get_password(self, service: str, name: str) -> str | None:
            return self.kept.get((service, name))

        def set_password(self, service: str, name: str, text: str) -> None:
            if name == "anthropic":
                raise RuntimeError(f"cannot keep {text}")
            self.kept[service, name] = text

        def delete_password(self, service: str, name: str) -> None:
            if (service, name) not in self.kept:
                raise PasswordDeleteError("not found")
            del self.kept[service, name]

    Backend.__module__ = "keyring.backends.SecretService"
    monkeypatch.setattr(keyring, "get_keyring", Backend)
    found = system_keys.find_system_keys()
    assert found is not None
    found.set("openai", CANARY)
    assert Backend.kept == {("Magray", "openai"): CANARY}
    assert found.get("openai") == CANARY
    found.delete("openai")
    found.delete("openai")
    assert found.get("openai") is None
    with pytest.raises(system_keys.SystemKeysError) as caught:
        found.set("anthropic", CANARY)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    assert CANARY not in f"{secret} {secret!r} {secret:>40} {[secret]} {vars(type(secret))}"
    assert secret.reveal() == CANARY
    assert secret.hide_in(f"Incorrect key {CANARY}.") == "Incorrect key …."
    assert not Secret("")
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not written anywhere"):
            write(secret)


@pytest.mark.expected_logs("a canary")
async def test_a_key_is_found_nowhere_else(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every place where a key could end up is searched for one that was set, refused by the vendor and repeated."""
    system = MemoryKeys()
    monkeypatch.setattr("engine.llm.registry.find_system_keys", lambda: system)
    caplog.set_level(logging.DEBUG)
    found: list[str] = []
    with loopback_vendors() as vendors:
        monkeypatch.setenv("OPENAI_BASE_URL", vendors.v1)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", vendors.address)
        monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__API_KEY", CANARY)
        settings = Settings(
            data_dir=data_dir,
            log_level="DEBUG",
            llm={"model": "openai/gpt-5.5", "retries": 0, "compatible": {"base_url": vendors.v1}},
        )
        found += [repr(settings), str(settings), settings.model_dump_json(exclude={"llm": {"compatible": {"api_key"}}})]
        async with Engine.open(settings) as engine:
            registry = engine._parts.llm
            assert await engine.set_key("openai", CANARY) == "system"
            assert await engine.set_key("anthropic", CANARY) == "system"
            for model in ("openai/gpt-5.5", "anthropic/claude-sonnet-5", "compatible/qwen3:4b"):
                for status in (400, 401, 500):
                    vendors.script.append(Fault(kind="status", status=status, message=f"Bad key {CANARY}"))
                    answering = registry.answering(model=model)
                    with pytest.raises(ChatModelError) as caught:
                        _ = [event async for event in answering.stream(_hello())]
                    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
                    found += [str(caught.value), repr(caught.value), *_locals(report)]
                    logging.getLogger("engine").error("a canary test", exc_info=caught.value)
            keys = {one.headers["authorization"] for one in vendors.answers_asked}
            assert keys == {f"Bearer {CANARY}"}  # it did reach the vendors
            found += [(await engine.test_provider("openai")).words, repr(await engine.status())]
            found += [repr(vars(registry)), repr(registry.keys), repr(await engine.options())]
            config = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "engine.cli", "--data-dir", str(data_dir), "config", "list", "--json"],
                capture_output=True,
                text=True,
                timeout=60,
                env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            )
            assert config.returncode == 0
            assert "llm.compatible.api_key" in config.stdout
            found += [config.stdout, config.stderr]
            me = psutil.Process()
            for one in (me, *me.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile (a zombie is one, too)
                    found.append(" ".join(one.cmdline()))
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert any(path.name == "magray.log" for path in files)
    found += [path.read_bytes().decode("latin-1") for path in files]
    out = capsys.readouterr()
    found += [out.out, out.err, caplog.text]
    assert [text[:200] for text in found if CANARY in text] == []


def _locals(report: traceback.TracebackException) -> list[str]:
    """What a crash report with variables would show, of every frame but the tests' own."""
    return [repr(frame.locals) for frame in report.stack if frame.filename != __file__]


def _hello() -> ChatRequest:
    return ChatRequest(messages=(ChatMessage.of("user", "hello"),))


async def test_only_models_that_could_answer_are_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    async with Engine.open(Settings(data_dir=tmp_path)) as engine:
        known = {info.provider for info in await engine.chat_models()}
        usable = {info.provider for info in await engine.usable_chat_models()}
    assert {"openai", "anthropic"} <= known
    assert "anthropic" in usable
    assert "openai" not in usable
