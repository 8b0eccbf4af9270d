from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QTextCharFormat, QTextDocument
from pytestqt.qtbot import QtBot

from desktop.chat.code_piece import CodePiece
from desktop.chat.piece import Piece, blocks_of
from desktop.markdown.blocks import parse
from desktop.markdown.code import CODE_ROLES, Highlighter, file_ending, lexer_of, role_of, widest_fence
from desktop.markdown.formulas import Formulas, draw_formula
from desktop.markdown.inline import Given
from desktop.markdown.look import CODE, DEPTH, REASON, TASK, Look
from desktop.markdown.pictures import load_picture, local_path
from desktop.markdown.writer import BlockWriter
from desktop.tokens import DARK, LIGHT, Colors
from tests.helpers.desktop_parts import DesktopParts


@pytest.fixture
def formulas() -> Formulas:
    return Formulas()


def document(parts: DesktopParts, text: str, formulas: Formulas, **given: object) -> QTextDocument:
    writer = BlockWriter(Look(parts.theme), formulas, Given(**given))  # type: ignore[arg-type]
    return writer.write(parse(text)[0][0])


def formats(written: QTextDocument) -> list[tuple[str, QTextCharFormat]]:
    found: list[tuple[str, QTextCharFormat]] = []
    for block in blocks_of(written):
        text = block.text()
        found += [
            (text[form.start : form.start + form.length], QTextCharFormat(form.format)) for form in block.textFormats()
        ]
    return found


def test_emphasis_code_and_links(parts: DesktopParts, formulas: Formulas) -> None:
    written = document(parts, "a **b** *c* ~~d~~ `e` [f](https://g.example) https://h.example/i.", formulas)
    assert written.toPlainText() == "a b c d e f https://h.example/i."
    found = dict(formats(written))
    assert found["b"].font().weight() == 600
    assert found["c"].font().italic()
    assert found["d"].font().strikeOut()
    assert found["e"].boolProperty(CODE)
    assert found["f"].anchorHref() == "https://g.example"
    assert found["https://h.example/i"].anchorHref() == "https://h.example/i"


def test_only_known_numbers_are_citations(parts: DesktopParts, formulas: Formulas) -> None:
    written = document(parts, "So it is [1, 2]. Not [9].", formulas, citations=frozenset({1, 2}))
    assert written.toPlainText() == "So it is\u00a01\u00a02. Not [9].".replace("\u00a0", " ")
    assert [form.anchorHref() for _, form in formats(written) if form.isAnchor()] == ["cite:1", "cite:2"]


def test_html_is_text(parts: DesktopParts, formulas: Formulas) -> None:
    assert document(parts, "<b>x</b> <script>alert(1)</script>", formulas).toPlainText() == (
        "<b>x</b> <script>alert(1)</script>"
    )


def test_lists_quotations_and_tasks(parts: DesktopParts, formulas: Formulas) -> None:
    look = Look(parts.theme)
    listed = document(parts, "3. a\n4. b\n   - c\n\n     d\n", formulas)
    assert Piece(look, listed).text == "3. a\n4. b\n  • c\nd"
    tasks = document(parts, "- [x] a\n- [ ] b\n", formulas)
    assert [block.blockFormat().intProperty(TASK) for block in blocks_of(tasks)] == [2, 1]
    quoted = document(parts, "> a\n>\n> > b\n", formulas)
    assert [block.blockFormat().intProperty(DEPTH) for block in blocks_of(quoted)] == [1, 2]
    piece = Piece(look, tasks)
    piece.set_width(300)
    assert [ground.kind for ground in piece.grounds()] == ["ticked", "box"]


def test_a_table_aligns_its_columns_and_is_copied_by_cells(parts: DesktopParts, formulas: Formulas) -> None:
    written = document(parts, "| a | b |\n|:--|--:|\n| 1 | 2 |\n", formulas)
    assert Piece(Look(parts.theme), written).text.strip() == "a\tb\n1\t2"


def test_a_claim_without_source_is_underlined(parts: DesktopParts, formulas: Formulas) -> None:
    written = document(parts, "Fine. \ue0f0\ue0f2A **bold** claim.\ue0f1 Fine.", formulas)
    assert written.toPlainText() == "Fine. A bold claim. Fine."
    marked = "".join(text for text, form in formats(written) if form.property(REASON))
    assert marked == "A bold claim."


def test_a_formula_is_source_until_it_is_drawn(qtbot: QtBot, parts: DesktopParts, formulas: Formulas) -> None:
    text = "It is $x^2$."
    first = document(parts, text, formulas)
    assert first.toPlainText() == "It is $x^2$."
    piece = Piece(Look(parts.theme), first, block=parse(text)[0][0])
    with qtbot.waitSignal(formulas.drawn, timeout=20_000) as told:
        pass
    assert piece.waits_for(told.args[0])
    second = document(parts, text, formulas)
    assert second.toPlainText() == "It is \ufffc."
    assert Piece(Look(parts.theme), second).text == "It is $x^2$."


def test_what_cannot_be_drawn_stays_source(qtbot: QtBot, parts: DesktopParts, formulas: Formulas) -> None:
    text = "$\\frac{1$"
    document(parts, text, formulas)
    with qtbot.waitSignal(formulas.drawn, timeout=20_000):
        pass
    assert document(parts, text, formulas).toPlainText() == text
    assert document(parts, "$" + "x" * 3000 + "$", formulas).toPlainText().startswith("$xxx")


def test_prices_are_no_formulas(parts: DesktopParts, formulas: Formulas) -> None:
    assert document(parts, "It costs $5 and then $6.", formulas).toPlainText() == "It costs $5 and then $6."


def test_a_formula_knows_its_line() -> None:
    flat = draw_formula("x", size=15, color="#000000", display=False)
    deep = draw_formula(r"\frac{a}{b}", size=15, color="#000000", display=True)
    assert flat.depth < 3 < deep.depth < deep.height


def png(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def test_pictures_come_from_this_computer_only(parts: DesktopParts, formulas: Formulas, tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(png(2000, 1000))
    data = "data:image/png;base64," + base64.b64encode(png(20, 10)).decode()
    found = load_picture("a%20b.png", width=500, folder=tmp_path)
    assert found is not None
    assert (found.width(), found.height()) == (500, 250)
    assert load_picture((tmp_path / "a b.png").as_uri(), width=500) is not None
    assert load_picture(data, width=500) is not None
    for address in ("https://example.org/a.png", "//host/a.png", "file://host/share/a.png", "a.png", "", "data:x,y"):
        assert load_picture(address, width=500) is None
    assert local_path("relative.png", None) is None
    written = document(parts, f"![A red one]({data})", formulas)
    assert Piece(Look(parts.theme), written).text.startswith("![A red one](")
    away = document(parts, "![A cat](https://example.org/cat.png)", formulas)
    assert away.toPlainText() == "A cat"


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("role", CODE_ROLES)
def test_code_is_readable_on_its_ground(colors: Colors, role: str) -> None:
    front, back = luminance(getattr(colors, role)), luminance(colors.sunken)
    assert (max(front, back) + 0.05) / (min(front, back) + 0.05) >= 4.5


def test_code_is_coloured_also_while_it_grows(parts: DesktopParts) -> None:
    code = 'def f(x):\n    """Text\n    over lines."""\n    return x + 1  # why\n'
    block = parse(f"```python\n{code}```")[0][0]
    piece = CodePiece(Look(parts.theme), block)
    assert piece.color()
    colors = {
        form.format.foreground().color().name()
        for line in blocks_of(piece.document)
        for form in line.layout().formats()
    }
    assert {parts.theme.color(role).name() for role in ("accent", "success", "muted", "warning")} <= colors
    growing = CodePiece(Look(parts.theme), parse("```python\ndef f(x):\n```")[0][0])
    assert growing.grow(block, settled=False)
    assert growing.document.toPlainText() == code.rstrip("\n")
    assert not growing.grow(parse("```python\nother\n```")[0][0], settled=True)


def test_colouring_stops_in_time_and_goes_on(parts: DesktopParts) -> None:
    code = "\n".join(f"def f{number}(x): return x + {number}  # why" for number in range(3000))
    piece = CodePiece(Look(parts.theme), parse(f"```python\n{code}\n```")[0][0])
    begun = time.thread_time()
    assert not piece.color(time.perf_counter() + 0.005)
    assert time.thread_time() - begun < 0.05
    while not piece.color(time.perf_counter() + 0.05):
        continue
    assert piece.document.lastBlock().layout().formats()


def test_unknown_languages_are_plain(parts: DesktopParts) -> None:
    assert lexer_of("no-such-language") is None
    written = QTextDocument()
    assert Highlighter(written, "no-such-language", parts.theme).complete
    assert role_of("Token.Keyword") == "accent"
    assert role_of("Token.Text") == "text"
    assert (file_ending("Python"), file_ending("klingon")) == ("py", "txt")
    assert widest_fence("a\n````\n") == "`````"
