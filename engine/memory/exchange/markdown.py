"""Conversations as Markdown: Magray's own form, and talks that were copied from elsewhere.

A turn begins with a heading that names who speaks (`## You`, `### Assistant`), or with a bold or plain name and a colon
(`**User:**`, `Assistant: …`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine import values
from engine.memory.exchange.imported import ExportBroken, ImportedConversation, ImportedMessage, microseconds
from engine.values import DocumentSource, Role

_OWNER = "you|user|human|me|owner|question|prompt|вы|я|пользователь|человек|вопрос"
_OTHER = "magray|assistant|chatgpt|gpt(?:-[\\w.]+)?|claude|gemini|ai|bot|model|answer|response|ассистент|ответ|модель"
_WHO = rf"(?P<who>(?P<owner>{_OWNER})|{_OTHER})(?:\s+(?:said|says|wrote))?"
_HEADING = re.compile(
    rf"#{{1,6}}\s+(?:\*\*)?{_WHO}(?:\*\*)?\s*:?(?:\s*[·|(—–-]\s*(?P<rest>.*?)\)?)?\s*$", re.IGNORECASE
)
_BOLD = re.compile(rf"(?:\*\*|__){_WHO}\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*(?P<text>.*)$", re.IGNORECASE)
_PLAIN = re.compile(rf"{_WHO}\s*:\s+(?P<text>\S.*)$", re.IGNORECASE)
_ESCAPED = re.compile(r"^\\(?=\\*(?:#|\*\*|__))")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
_MODEL = re.compile(r"\b[\w-]+/\S+|\bquotes\b")
_SLASH = re.compile(r"[\\/]")
_MARK = "<!-- conversation exported by Magray -->"
_SOURCES = "**Sources**"


def write(conversation: values.Conversation, messages: Sequence[values.Message]) -> str:
    """A conversation as Markdown: one heading a turn, sources behind each answer."""
    blocks = [f"# {conversation.title or 'Conversation'}", _MARK]
    for message in messages:
        who = "You" if message.role == "user" else "Magray"
        parts = [who, message.created_at.isoformat(timespec="seconds")]
        if message.model:
            parts.append(message.model)
        blocks.append(f"## {' · '.join(parts)}")
        blocks += [f"[{one.name}]" for one in message.attachments]
        blocks.append(_escape(message.text))
        if message.answer is not None and message.answer.citations:
            blocks.append("\n".join([_SOURCES, "", *(_cited(one) for one in message.answer.citations)]))
    return "\n\n".join(blocks) + "\n"


def read(text: str, *, title: str) -> ImportedConversation:
    """A conversation that somebody wrote down.

    Args:
        text: The file.
        title: Its name, where the file has no title of its own.

    Raises:
        ExportBroken: nobody speaks in it.
    """
    own = _MARK in text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    turns: list[tuple[Role, str, list[str]]] = []
    fence: str | None = None
    headed = any(_HEADING.match(line) for line in lines)
    for line in lines:
        opened = _FENCE.match(line)
        if opened is not None:
            fence = opened.group(1)[0] * 3 if fence is None else (None if opened.group(1).startswith(fence) else fence)
        begun = None if fence is not None or opened is not None else _begins(line, headed=headed)
        if begun is not None:
            role, rest, first = begun
            turns.append((role, rest, [first] if first else []))
        elif turns:
            turns[-1][2].append(_ESCAPED.sub("", line) if own and fence is None else line)
        elif line.startswith("# ") and line[2:].strip():
            title = line[2:].strip()
    messages: list[ImportedMessage] = []
    for number, (role, rest, written) in enumerate(turns):
        said = "\n".join(written)
        if own and role == "assistant":
            said = said.partition(f"\n{_SOURCES}\n")[0]
        if not said.strip():
            continue
        time, model = _TIME.search(rest), _MODEL.search(_TIME.sub("", rest))
        messages.append(
            ImportedMessage(
                key=str(number),
                parent=messages[-1].key if messages else None,
                role=role,
                text=said.strip(),
                created_at=microseconds(time.group()) if time else None,
                model=(model.group() if model else "imported/unknown") if role == "assistant" else None,
            )
        )
    if not messages:
        raise ExportBroken("no turns were found in it; each begins with a line such as “## You” or “**Assistant:**”")
    return ImportedConversation(external_id=None, title=title, messages=messages, created_at=messages[0].created_at)


def _begins(line: str, *, headed: bool) -> tuple[Role, str, str] | None:
    """(who speaks, what stands beside the name, what is said on the same line) where a turn begins."""
    for pattern in (_HEADING,) if headed else (_BOLD, _PLAIN):
        match = pattern.match(line)
        if match is not None:
            named = match.groupdict()
            role: Role = "user" if named["owner"] else "assistant"
            return role, named.get("rest") or "", named.get("text") or ""
    return None


def _escape(text: str) -> str:
    """Lines that would begin a turn get a backslash; in code they stay, for there none begins."""
    lines, fence = [], False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fence = not fence
        marked = not fence and (_HEADING.match(line) or line == _SOURCES or line.startswith("\\"))
        lines.append(f"\\{line}" if marked and line.lstrip("\\").startswith(("#", "**", "__")) else line)
    return "\n".join(lines)


def _cited(citation: values.Citation) -> str:
    source = citation.source
    place = ""
    if isinstance(source, DocumentSource):
        page = f", page {source.page}" if source.page is not None else ""
        place = f"{_SLASH.split(source.path)[-1]}{page}: "
    return f"> [{citation.number}] {place}“{' '.join(citation.quote.split())}”"
