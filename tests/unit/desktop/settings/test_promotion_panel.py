from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from desktop.settings.promotion_panel import PromotionPanel
from desktop.widgets.buttons import LinkButton
from engine import Engine, PromotionDrift, PromotionVersion
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.panel_story import play_panel

Story = Callable[[PromotionPanel, Engine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts, tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story over the real panel and the real engine."""

    def run(story: Story) -> None:
        play_panel(PromotionPanel, parts, tmp_path / "data", story, ready=lambda panel: bool(panel.words.text()))

    return run


def shown(panel: PromotionPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_a_new_memory_is_judged_by_what_came_with_magray(play: Callable[[Story], None]) -> None:
    async def story(panel: PromotionPanel, engine: Engine) -> None:
        assert panel.words.text() == (await engine.promotion()).words
        assert any(text.startswith("as it came with Magray") for text in shown(panel))
        assert "decides" in shown(panel)
        assert not panel.drift.isVisible()
        panel.refit.click()
        await until(lambda: panel.words.text() != "")

    play(story)


def test_versions_can_be_gone_back_to_and_drift_is_told(play: Callable[[Story], None]) -> None:
    async def story(panel: PromotionPanel, engine: Engine) -> None:
        status = await engine.promotion()
        (shipped,) = status.versions
        panel.show_status(
            replace(
                status,
                version=3,
                versions=(
                    PromotionVersion(
                        version=3,
                        kind="trees",
                        state="champion",
                        made_at=datetime(2026, 3, 14, tzinfo=UTC),
                        metrics={"auc": 0.81, "log_loss": 0.4, "examples": 120},
                    ),
                    replace(shipped, state="former"),
                ),
                drift=(
                    PromotionDrift(name="age", title="Age", index=0.4, state="changed"),
                    PromotionDrift(name="count", title="Count", index=0.01, state="stable"),
                ),
            )
        )
        assert panel.drift.text() == "Your memories have changed since it learned: Age."
        await until(lambda: "81 %" in shown(panel))
        (back,) = (link for link in panel.findChildren(LinkButton) if link.isVisible())
        back.click()
        await until(lambda: not panel.drift.isVisible())
        assert "81 %" not in shown(panel)
        assert (await engine.promotion()).version == 0

    play(story)
