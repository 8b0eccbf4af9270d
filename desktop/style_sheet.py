"""The one style sheet. Widgets pick their look by dynamic properties, never by colours of their own.

QFrame       surface = window | surface | sunken | quote    card = plain | active | notice    edge = top | left | …
QPushButton  kind = primary | plain (default) | quiet | flush | link | subtle | icon | chip (checkable) | danger
QToolButton  as QPushButton
QLabel       role = body | secondary | muted | muted_body | strong | lead | title | large | accent | success |
             warning | danger
QLineEdit, QPlainTextEdit, QTextEdit   look = field (default) | bare
QAbstractItemView   look = surface (default) | window
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.tokens import FOCUS_RING, RADIUS_CARD, RADIUS_CONTROL, WEIGHT_STRONG

if TYPE_CHECKING:
    from desktop.theme import Theme


def style_sheet(theme: Theme) -> str:
    """Write the sheet for the theme's colours and sizes of this moment."""
    c = theme.colors
    px = theme.px
    hover = theme.mixed("sunken", "window", 0.6).name()
    hover_surface = theme.mixed("sunken", "surface", 0.6).name()
    hover_raised = theme.mixed("sunken", "raised", 0.5 if not c.dark else 0.35).name()
    accent_hover = theme.mixed("accent", "text", 0.88).name()
    accent_pressed = theme.mixed("accent", "text", 0.78).name()
    disabled = theme.mixed("muted", "surface", 0.6).name()
    scroll = theme.mixed("muted", "surface", 0.35).name()
    scroll_hover = theme.mixed("muted", "surface", 0.6).name()
    ring = FOCUS_RING
    # A ring is drawn inside the control's own box, so that nothing moves when the focus comes.
    pad_y, pad_x = px(6), px(12)
    values = {
        **{name: getattr(c, name) for name in c.__slots__ if name != "dark"},
        "hover": hover,
        "hover_surface": hover_surface,
        "hover_raised": hover_raised,
        "accent_hover": accent_hover,
        "accent_pressed": accent_pressed,
        "disabled": disabled,
        "scroll": scroll,
        "scroll_hover": scroll_hover,
        "ring": f"{ring}px",
        "pad": f"{pad_y}px {pad_x}px",
        "pad_focus": f"{pad_y - ring + 1}px {pad_x - ring + 1}px",
        "pad_row": f"{px(6)}px {px(10)}px",
        "pad_row_focus": f"{px(6) - ring}px {px(10) - ring}px",
        "flush": f"{px(5)}px 0px",
        "flush_focus": f"{px(5) - ring}px 0px",
        "pad_icon": f"{px(5)}px",
        "pad_icon_focus": f"{px(5) - ring}px",
        "chip": f"{px(4)}px {px(10)}px",
        "chip_focus": f"{px(4) - ring + 1}px {px(10) - ring + 1}px",
        "field": f"{px(6)}px {px(10)}px",
        "field_focus": f"{px(6) - ring + 1}px {px(10) - ring + 1}px",
        "radius": f"{px(RADIUS_CONTROL)}px",
        "card_radius": f"{px(RADIUS_CARD)}px",
        "s2": f"{px(2)}px",
        "s4": f"{px(4)}px",
        "s8": f"{px(8)}px",
        "s12": f"{px(12)}px",
        "s16": f"{px(16)}px",
        "bar": f"{px(10)}px",
        "handle": f"{px(24)}px",
        "handle_radius": f"{max(1, px(10) // 2 - 2)}px",
        "progress": f"{px(4)}px",
        "progress_radius": f"{px(4) // 2}px",
        "check": f"{px(16)}px",
        "knob": f"{px(10)}px",
        "knob_out": f"{px(5)}px 0px",
        "knob_radius": f"{px(10) // 2 + ring}px",
        "secondary_size": f"{theme.font_pixels('secondary')}px",
        "chat_size": f"{theme.font_pixels('chat')}px",
        "title_size": f"{theme.font_pixels('title')}px",
        "large_size": f"{theme.font_pixels('large_title')}px",
        "strong": str(WEIGHT_STRONG),
    }
    sheet = _SHEET
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name};", f"{values[name]};").replace(f"@{name} ", f"{values[name]} ")
    return sheet


_SHEET = """
QMainWindow, QDialog { background: @window; }
QWidget { selection-background-color: @accent; selection-color: @on_accent; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: @s4; }

QFrame[surface="window"] { background: @window; }
QFrame[surface="surface"] { background: @surface; }
QFrame[surface="sunken"] { background: @sunken; }
QFrame[surface="quote"] { background: @quote; }
QFrame[edge="right"] { border: none; border-right: 1px solid @border; }
QFrame[edge="left"] { border: none; border-left: 1px solid @border; }
QFrame[edge="top"] { border: none; border-top: 1px solid @border; }
QFrame[edge="bottom"] { border: none; border-bottom: 1px solid @border; }
QFrame[card="plain"] { background: @raised; border: 1px solid @border; border-radius: @card_radius; }
QFrame[card="active"] { background: @raised; border: 1px solid @accent; border-radius: @card_radius; }
QFrame[button="true"][hovered="true"] { background: @hover_raised; }
QFrame[button="true"][focused="true"] { border: @ring solid @accent; }
QFrame[card="composer"] { background: @raised; border: 1px solid @border; border-radius: @card_radius; }
QFrame[card="composer"][focused="true"] { border: 1px solid @accent; }
QFrame[card="notice"] { background: @quote; border: 1px solid @border; border-radius: @radius; }

QLabel { background: transparent; border: none; color: @text; }
QLabel[role="number"] { color: @accent; font-size: @secondary_size; font-weight: @strong; }
QLabel[role="secondary"] { font-size: @secondary_size; }
QLabel[role="muted"] { color: @muted; font-size: @secondary_size; }
QLabel[role="muted_body"] { color: @muted; }
QLabel[role="strong"] { font-weight: @strong; }
QLabel[role="lead"] { color: @muted; font-size: @chat_size; }
QLabel[role="strong_chat"] { font-size: @chat_size; font-weight: @strong; }
QLabel[role="title"] { font-size: @title_size; font-weight: @strong; }
QLabel[role="large"] { font-size: @large_size; font-weight: @strong; }
QLabel[role="accent"] { color: @accent; }
QLabel[role="success"] { color: @success; font-size: @secondary_size; }
QLabel[role="warning"] { color: @warning; font-size: @secondary_size; }
QLabel[role="danger"] { color: @danger; font-size: @secondary_size; }

QPushButton, QToolButton {
    background: @raised; color: @text; border: 1px solid @border; border-radius: @radius; padding: @pad;
}
QPushButton:hover, QToolButton:hover { background: @hover_raised; }
QPushButton:pressed, QToolButton:pressed { background: @sunken; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; }
QPushButton:focus, QToolButton:focus { border: @ring solid @accent; padding: @pad_focus; }

QPushButton[kind="primary"] { background: @accent; color: @on_accent; border: 1px solid @accent; }
QPushButton[kind="primary"]:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton[kind="primary"]:pressed { background: @accent_pressed; }
QPushButton[kind="primary"]:disabled { background: @sunken; color: @disabled; border-color: @border; }
QPushButton[kind="primary"]:focus { border: @ring solid @text; padding: @pad_focus; }

QPushButton[kind="danger"] { color: @danger; }

QPushButton[kind="quiet"], QToolButton[kind="quiet"] {
    background: transparent; border: none; color: @text; padding: @pad_row; text-align: left;
}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: @hover; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {
    border: @ring solid @accent; padding: @pad_row_focus;
}
QPushButton[kind="quiet"]:disabled { color: @disabled; }

QPushButton[kind="link"], QToolButton[kind="link"] {
    background: transparent; border: none; color: @accent; padding: @s2; text-align: left;
}
QPushButton[kind="link"]:hover, QToolButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus, QToolButton[kind="link"]:focus { border: @ring solid @accent; padding: 0px; }
QPushButton[kind="link"]:disabled { color: @disabled; }

QPushButton[kind="flush"] {
    background: transparent; border: none; color: @text; padding: @flush; text-align: left;
}
QPushButton[kind="flush"]:hover { text-decoration: underline; }
QPushButton[kind="flush"]:focus { border: @ring solid @accent; padding: @flush_focus; }

QPushButton[kind="icon"], QToolButton[kind="icon"] {
    background: transparent; border: none; padding: @pad_icon;
}
QPushButton[kind="icon"]:hover, QToolButton[kind="icon"]:hover { background: @hover; }
QPushButton[kind="icon"]:pressed, QToolButton[kind="icon"]:pressed,
QPushButton[kind="icon"]:checked, QToolButton[kind="icon"]:checked { background: @sunken; }
QPushButton[kind="icon"]:focus, QToolButton[kind="icon"]:focus {
    border: @ring solid @accent; padding: @pad_icon_focus;
}
QPushButton[kind="subtle"] {
    background: transparent; border: none; color: @muted; padding: @s2; font-size: @secondary_size;
}
QPushButton[kind="subtle"]:hover { color: @text; text-decoration: underline; }
QPushButton[kind="subtle"]:focus { border: @ring solid @accent; padding: 0px; }

QPushButton[kind="chip"] { padding: @chip; }
QPushButton[kind="chip"]:checked { border: 1px solid @accent; }
QPushButton[kind="chip"][target="true"] {
    background: @quote; border: @ring solid @accent; padding: @chip_focus;
}
QPushButton[kind="chip"]:focus { border: @ring solid @accent; padding: @chip_focus; }

QToolButton::menu-indicator { image: none; width: 0px; }
QPushButton::menu-indicator { image: none; width: 0px; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QDateEdit {
    background: @raised; color: @text; border: 1px solid @border; border-radius: @radius; padding: @field;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QDateEdit:focus {
    border: @ring solid @accent; padding: @field_focus;
}
QLineEdit[look="bare"], QPlainTextEdit[look="bare"], QTextEdit[look="bare"], QTextBrowser[look="bare"] {
    background: transparent; border: none; padding: 0px;
}
QLineEdit[look="bare"]:focus, QPlainTextEdit[look="bare"]:focus, QTextEdit[look="bare"]:focus,
QTextBrowser[look="bare"]:focus { border: none; padding: 0px; }
QTextEdit[role="chat"] { font-size: @chat_size; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QDateEdit:disabled { color: @disabled; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: @handle; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: none; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: @raised; }
QCalendarWidget QToolButton { border: none; background: transparent; padding: @s8; font-weight: @strong; }
QCalendarWidget QToolButton:hover { background: @hover_raised; }
QCalendarWidget QAbstractItemView {
    background: @raised; alternate-background-color: @raised; selection-background-color: @accent;
    selection-color: @on_accent; border: none;
}
QCalendarWidget QToolButton::menu-indicator { image: none; width: 0px; }
QCalendarWidget QAbstractItemView::item { padding: 0px; }
QCalendarWidget QAbstractItemView::item:selected { background: @accent; color: @on_accent; }
QCalendarWidget QAbstractItemView:disabled { color: @disabled; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @border; padding: @s4; }
QListWidget[kind="completion"] {
    background: @raised; border: 1px solid @border; border-radius: @card_radius; padding: @s4;
}
QListWidget[kind="pages"]::item { padding: @pad_row; border-radius: @radius; }

QAbstractItemView {
    background: @surface; color: @text; border: none; outline: none;
    selection-background-color: @sunken; selection-color: @text;
}
QAbstractItemView[look="window"] { background: @window; }
QAbstractItemView::item:hover { background: @hover_surface; }
QAbstractItemView::item:selected { background: @sunken; color: @text; }
QHeaderView::section {
    background: @surface; color: @muted; border: none; border-bottom: 1px solid @border; padding: @s8;
    font-weight: @strong; font-size: @secondary_size;
}
QHeaderView::section:first { padding-left: @s16; }
QScrollArea { background: transparent; border: none; }

QScrollBar:vertical { background: transparent; border: none; width: @bar; margin: 0px; }
QScrollBar:horizontal { background: transparent; border: none; height: @bar; margin: 0px; }
QScrollBar::handle { background: @scroll; border-radius: @handle_radius; margin: @s2; }
QScrollBar::handle:vertical { min-height: @handle; }
QScrollBar::handle:horizontal { min-width: @handle; }
QScrollBar::handle:hover { background: @scroll_hover; }
QScrollBar[empty="true"]::handle { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: @raised; color: @text; border: 1px solid @border; padding: @s4; }
QMenu::item { padding: @pad; border-radius: @radius; background: transparent; }
QMenu::item:selected { background: @sunken; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @border; margin: @s4; }
QMenu::icon { padding-left: @s8; }

QProgressBar {
    background: @sunken; border: none; border-radius: @progress_radius;
    min-height: @progress; max-height: @progress; text-align: center; color: transparent;
}
QProgressBar::chunk { background: @accent; border-radius: @progress_radius; }

QSlider::groove:horizontal { background: @scroll; height: @progress; border-radius: @progress_radius; }
QSlider::sub-page:horizontal { background: @accent; border-radius: @progress_radius; }
QSlider::handle:horizontal {
    background: @raised; border: @ring solid @accent; width: @knob; margin: -@knob_out; border-radius: @knob_radius;
}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: @accent; }

QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QTabBar::tab {
    background: transparent; color: @muted; border: none; border-bottom: @ring solid transparent; padding: @pad;
}
QTabBar::tab:selected { color: @text; border-bottom: @ring solid @accent; }
QTabWidget::pane { border: none; border-top: 1px solid @border; }
"""
