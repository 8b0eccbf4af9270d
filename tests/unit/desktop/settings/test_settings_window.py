from __future__ import annotations

import gc
import tomllib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QMainWindow, QPlainTextEdit

from desktop.bridge import Bridge
from desktop.settings.controller import SettingsController
from desktop.settings.option_row import OptionRow
from desktop.settings.option_words import choice_words, option_words
from desktop.settings.pages import page_of, page_specs
from desktop.settings.settings_window import SettingsWindow
from desktop.window_state import WindowState
from engine import Engine, Settings, option_table
from tests.helpers.desktop_parts import DesktopParts, until

Story = Callable[[SettingsWindow, SettingsController], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts, tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story over the real window and the real engine."""

    def run(story: Story) -> None:
        async def main() -> None:
            window, bridge = QMainWindow(), Bridge()
            window.show()
            state = WindowState(tmp_path, window)
            async with Engine.open(Settings(data_dir=tmp_path)) as engine:
                bridge.attach(engine)
                controller = SettingsController(
                    theme=parts.theme, icons=parts.icons, operations=parts.operations, state=state, window=window
                )
                controller.show("memory")  # before the engine is there: it waits
                assert controller.settings_window is None
                controller.attach(engine, bridge)
                shown = controller.settings_window
                assert shown is not None
                await until(lambda: shown.list.currentRow() >= 0)
                try:
                    await story(shown, controller)
                finally:
                    if controller.settings_window is not None:
                        controller.settings_window.close()
                    await until(lambda: not parts.operations._tasks.names)
                    bridge.detach()
            state.save()
            parts.theme.set_scheme("light")
            window.close()
            window.deleteLater()
            bridge.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]

        parts.run(main)
        gc.collect()  # what is left of widgets must not be collected in a thread of the next engine

    return run


def config(window: QMainWindow | SettingsWindow, folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "config.toml").read_text())


def row(window: SettingsWindow, page: str, name: str) -> OptionRow:
    window.show_page(page)
    found = window.row(name)
    assert found is not None
    return found


def control(of: OptionRow, kind: type[Any]) -> Any:
    assert of.editor is not None
    assert isinstance(of.editor.control, kind)
    return of.editor.control


def typed(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_every_option_has_words_and_a_page() -> None:
    words, specs = option_words(), page_specs()
    for option in option_table():
        title, help_text = words[option.name]
        assert title, option.name
        assert help_text.endswith("."), option.name
        assert page_of(option.name, specs) in {spec.key for spec in specs}
    assert set(words) == {option.name for option in option_table()}
    for option in option_table():
        if option.kind == "choice" and option.name not in ("log_level", "store.synchronous", "index.vectors"):
            assert set(option.choices) <= set(choice_words()), option.name


def test_a_page_that_was_asked_for_before_the_engine_was_open_is_shown(play: Callable[[Story], None]) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        await until(lambda: window.row("layers.interact_hours") is not None)
        assert window.list.currentItem().text() == "Memory"
        assert control(row(window, "memory", "layers.insights_days"), QLineEdit).text() == "90"

    play(story)


def test_a_number_is_written_and_taken_back(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        days = row(window, "memory", "layers.insights_days")
        line = control(days, QLineEdit)
        typed(line, "30")
        await until(days._back.isVisible)
        assert config(window, tmp_path)["layers"]["insights_days"] == 30
        assert "the default is 90" in days._note.text()
        assert "Insights remembers" in window._restart_words.text()
        QTest.mouseClick(days._back, Qt.MouseButton.LeftButton)
        await until(lambda: not days._back.isVisible())
        assert line.text() == "90"
        assert config(window, tmp_path) in ({}, {"layers": {}})
        assert not window._restart.isVisible()

    play(story)


@pytest.mark.expected_logs("change layers.insights_days failed.*")
@pytest.mark.parametrize("wrong", ["-3", "many", "40000"])
def test_what_does_not_fit_is_said_at_the_field_and_kept_there(
    play: Callable[[Story], None], tmp_path: Path, wrong: str
) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        days = row(window, "memory", "layers.insights_days")
        line = control(days, QLineEdit)
        typed(line, wrong)
        await until(days._problem.isVisible)
        assert line.text() == wrong
        assert days._problem.text()
        assert not (tmp_path / "config.toml").exists()
        typed(line, "45")
        await until(lambda: not days._problem.isVisible())
        assert config(window, tmp_path)["layers"]["insights_days"] == 45

    play(story)


def test_a_choice_a_flag_and_a_list_are_written(
    play: Callable[[Story], None], tmp_path: Path, parts: DesktopParts
) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        colours = row(window, "appearance", "appearance.scheme")
        box = control(colours, QComboBox)
        box.setCurrentIndex(box.findData("dark"))
        box.activated.emit(box.currentIndex())
        await until(lambda: parts.theme.colors.dark)  # holds at once
        assert not window._restart.isVisible()
        ocr = control(row(window, "files", "ingestion.ocr"), QCheckBox)
        ocr.click()
        await until(lambda: config(window, tmp_path).get("ingestion", {}).get("ocr") is False)
        lines = control(row(window, "files", "ingestion.ignore"), QPlainTextEdit)
        lines.setFocus()
        lines.setPlainText(".git\n\n  build  \n")
        ocr.setFocus()
        await until(lambda: config(window, tmp_path)["ingestion"].get("ignore") == [".git", "build"])

    play(story)


def test_what_the_environment_decides_is_locked(play: Callable[[Story], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_INGESTION__FILE_SECONDS", "12")

    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        seconds = row(window, "files", "ingestion.file_seconds")
        line = control(seconds, QLineEdit)
        assert line.text() == "12"
        assert not line.isEnabled()
        assert "MAGRAY_INGESTION__FILE_SECONDS" in seconds._note.text()

    play(story)


def test_the_search_finds_options_on_every_page(play: Callable[[Story], None]) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        QTest.keyClicks(window.search, "tesseract")
        shown = [window.list.item(n).text() for n in range(window.list.count()) if not window.list.item(n).isHidden()]
        assert shown == ["Reading files"]
        found = window.row("ingestion.ocr")
        assert found is not None
        assert found.isVisible()
        other = window.row("ingestion.ignore")
        assert other is not None
        assert not other.isVisible()
        QTest.keyClicks(window.search, " nothing like it")
        assert window._nothing.isVisible()
        QTest.keyClick(window.search, Qt.Key.Key_Escape)
        assert not window.search.text()
        assert other.isVisible()
        assert all(not window.list.item(n).isHidden() for n in range(window.list.count()))

    play(story)


def test_escape_closes_and_a_second_opening_is_another_window(play: Callable[[Story], None]) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        QTest.keyClick(window, Qt.Key.Key_Escape)
        await until(lambda: controller.settings_window is None)
        controller.show()
        again = controller.settings_window
        assert again is not None
        assert again is not window
        await until(lambda: again.list.currentRow() == 0)

    play(story)


def test_the_panels_say_what_is_true(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        from desktop.settings.devices_panel import DevicesPanel
        from desktop.settings.models_panel import ModelsPanel
        from desktop.settings.privacy_panel import PrivacyPanel

        window.show_page("devices")
        devices = window.findChild(DevicesPanel)
        await until(lambda: "CPU" in devices._summary.text(), seconds=30)
        window.show_page("search")
        models = window.findChild(ModelsPanel)
        await until(lambda: models.card("all-minilm-l6-v2") is not None, seconds=30)
        card = models.card("all-minilm-l6-v2")
        assert card.model.in_use
        other = models.card("multilingual-e5-small")
        assert other.model.state == "available"
        window.show_page("privacy")
        privacy = window.findChild(PrivacyPanel)
        await until(lambda: privacy._lines.count() == 4)
        held = {state.option.name: state.value for state in await controller._engine.options()}  # type: ignore[union-attr]
        assert privacy.sentences(held)[0] == "Nothing leaves this computer when you ask."
        held["llm.model"] = "compatible/qwen3"
        held["llm.compatible.base_url"] = "http://127.0.0.1:11434/v1"
        assert privacy.sentences(held)[0] == "Nothing leaves this computer when you ask."
        held["llm.compatible.base_url"] = "https://models.example.org/v1"
        held["llm.fallback"] = ("openai/gpt",)
        assert "models.example.org, OpenAI" in privacy.sentences(held)[0]
        held["offline"] = True
        assert privacy.sentences(held)[0] == "Offline: nothing leaves this computer."
        assert str(tmp_path) in privacy.sentences(held)[1]

    play(story)


def test_a_server_on_this_computer_is_set_up_tested_and_chosen(
    play: Callable[[Story], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.settings.providers_panel import ProvidersPanel
    from tests.helpers.vendors import loopback_vendors

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with loopback_vendors() as vendors:

        async def story(window: SettingsWindow, controller: SettingsController) -> None:
            window.show_page("chat")
            panel = window.findChild(ProvidersPanel)
            card = panel.cards["compatible"]
            await until(lambda: card.place.text() == "No key", seconds=30)
            await until(lambda: panel.models.currentText() == "Quotes from your files", seconds=30)
            assert "Nothing leaves" in panel._facts.text()
            panel._use(vendors.v1)
            await until(lambda: bool(card.said.text()), seconds=30)
            assert card.said.property("role") == "success", card.said.text()
            assert config(window, tmp_path)["llm"]["compatible"]["base_url"] == vendors.v1
            await until(lambda: panel.models.count() > 1, seconds=30)
            listed = [str(panel.models.itemData(place)) for place in range(panel.models.count())]
            assert all(model.startswith("compatible/") for model in listed[1:])  # no key, no model
            panel.models.setCurrentIndex(1)
            panel.models.activated.emit(1)
            chosen = listed[1]
            await until(lambda: config(window, tmp_path)["llm"].get("model") == chosen)
            engine = controller._engine
            assert engine is not None
            await until(lambda: engine.settings.llm.model == chosen)  # at once, without a restart

        play(story)


@pytest.mark.expected_logs(".*key.*")
def test_a_key_goes_to_no_file_and_is_forgotten(
    play: Callable[[Story], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.settings.providers_panel import ProvidersPanel

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("MAGRAY_OFFLINE", "true")
    canary = "sk-canary-7f3a51"

    async def story(window: SettingsWindow, controller: SettingsController) -> None:
        window.show_page("chat")
        panel = window.findChild(ProvidersPanel)
        card = panel.cards["openai"]
        await until(lambda: card.place.text() == "No key", seconds=30)
        assert not card.save.isEnabled()
        card.key.setFocus()
        QTest.keyClicks(card.key, canary)
        QTest.keyClick(card.key, Qt.Key.Key_Return)
        await until(lambda: "this session" in card.place.text(), seconds=30)
        assert not card.key.text()
        await until(lambda: bool(card.said.text()), seconds=30)
        assert card.said.property("role") == "danger"  # offline: nothing was asked
        QTest.mouseClick(card.forget, Qt.MouseButton.LeftButton)
        await until(lambda: card.place.text() == "No key", seconds=30)

    play(story)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert canary.encode() not in file.read_bytes(), file
