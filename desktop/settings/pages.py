"""Which page of the settings holds which options and panels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

ADVANCED = "advanced"
"""The page of everything that no other page names, so that no option is ever left out."""

CHOSEN_IN_PANELS = frozenset({"embedding.model"})
"""Options that are shown and not typed: a slip would leave the memory without its embedder."""


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page.

    Attributes:
        key: For code.
        title: In the list of pages and over the page.
        intro: One or two sentences.
        options: Dotted names; one that ends with a dot stands for its whole group.
        panels: What is more than an option, by name, shown before the options.
        keywords: Further words that a search finds the panels by.
    """

    key: str
    title: str
    intro: str
    options: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    keywords: str = ""

    def holds(self, option: str) -> int:
        """How narrowly this page names an option: 0 not at all, its group's length, or more where it names it alone."""
        return max(
            (len(name) for name in self.options if option == name or (name.endswith(".") and option.startswith(name))),
            default=0,
        )


def page_specs() -> list[PageSpec]:
    """Every page in order, in the language in force."""
    translate = QCoreApplication.translate
    return [
        PageSpec(
            "chat",
            translate("SettingsPages", "Language models"),
            translate(
                "SettingsPages",
                "Without one, answers are quoted from your files. With one, answers are written, and still say where "
                "each claim comes from.",
            ),
            options=("llm.", "chat."),
            panels=("providers", "usage"),
            keywords="openai anthropic claude gpt ollama lm studio llama.cpp vllm api key",
        ),
        PageSpec(
            "search",
            translate("SettingsPages", "Search models"),
            translate("SettingsPages", "Models that find texts by meaning. They run on this computer."),
            options=("embedding.model", "reranking.", "recall.limit", "models."),
            panels=("reembedding", "models"),
            keywords="embedder reranker download onnx hugging face multilingual",
        ),
        PageSpec(
            "devices",
            translate("SettingsPages", "Devices"),
            translate("SettingsPages", "What models are computed on."),
            options=("runtime.",),
            panels=("devices",),
            keywords="gpu cuda directml coreml cpu graphics card",
        ),
        PageSpec(
            "memory",
            translate("SettingsPages", "Memory"),
            translate("SettingsPages", "How long things are remembered."),
            options=("layers.", "chat.extract", "chat.pause_seconds", "promotion.", "consolidation."),
            panels=("promotion",),
            keywords="promotion learning rise fade layers model",
        ),
        PageSpec(
            "files",
            translate("SettingsPages", "Reading files"),
            translate("SettingsPages", "What is read from the files and folders that you add, and how."),
            options=("ingestion.", "watch."),
        ),
        PageSpec(
            "background",
            translate("SettingsPages", "Background work"),
            translate(
                "SettingsPages",
                "Memories are looked after while you do something else. The status page shows what goes on, and can "
                "pause it.",
            ),
            options=("background.",),
            keywords="battery memory processor load pause",
        ),
        PageSpec(
            "backups",
            translate("SettingsPages", "Backups"),
            translate("SettingsPages", "Everything that Magray remembers, in one file, here or on another disk."),
            options=("backup.", "store.backups_kept"),
            panels=("backups", "carrying"),
            keywords="restore save export import encrypt passphrase copy json lines",
        ),
        PageSpec(
            "privacy",
            translate("SettingsPages", "Privacy"),
            translate("SettingsPages", "What leaves this computer, and the switch that lets nothing out."),
            options=("offline", "log_level"),
            panels=("privacy",),
            keywords="network internet telemetry",
        ),
        PageSpec(
            "appearance",
            translate("SettingsPages", "Appearance"),
            "",
            options=("appearance.",),
            keywords="theme dark light",
        ),
        PageSpec(
            ADVANCED,
            translate("SettingsPages", "Advanced"),
            translate("SettingsPages", "Measured defaults. There is rarely a reason to change them."),
        ),
    ]


def page_of(option: str, specs: Iterable[PageSpec]) -> str:
    """The key of the page that an option stands on."""
    best = max(specs, key=lambda spec: spec.holds(option))
    return best.key if best.holds(option) else ADVANCED
