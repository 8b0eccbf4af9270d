"""Make `resources/welcome/privacy-and-memory.pdf`, the welcome document that shows how a paged source looks.

Run it after a change of the text below, and keep the file that it writes:

    python scripts/make_welcome_pdf.py

Without a screen it draws offscreen by itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "resources" / "welcome" / "privacy-and-memory.pdf"
TITLE = "Privacy and memory"
STYLE = """
h1 { font-size: 22pt; font-weight: 600; margin-bottom: 10pt; }
h2 { font-size: 14pt; font-weight: 600; margin-top: 16pt; margin-bottom: 4pt; }
p, li, td { font-size: 11pt; line-height: 145%; }
"""

PAGES = (
    """
<h1>Privacy and memory</h1>
<p>This document says where your data is, who can see it, and how long Magray remembers. It is a PDF, so that you can
see how a source with pages opens.</p>
<h2>Is anything sent over the internet?</h2>
<p>No. Nothing leaves your computer unless you set up a language model that runs elsewhere: then your question and the
passages found go to its provider, and to nobody else. The switch Offline in the settings forbids even that. Magray
works with the network switched off, from the first start on. It sends no statistics and no crash reports.</p>
<h2>Where your data lives</h2>
<p>Your data is stored in one database file, magray.db, in the data folder of Magray. The database is not encrypted by
Magray itself: whoever can read your user account's files can read it too, so encrypt the disk if others use the
computer.</p>
<p>On Linux the data folder is ~/.local/share/Magray. On Windows it is AppData\\Local\\Magray in your user folder. On
macOS it is Library/Application Support/Magray in your home folder. To keep everything in another place, start the
program with --data-dir and a folder, or set the environment variable MAGRAY_DATA_DIR.</p>
<h2>Making a backup</h2>
<p>To make a backup, close Magray and copy its data folder. The folder named indexes may be left out, because the search
indexes are made anew from the database. Before an update changes the database, Magray copies it into the folder named
backups by itself.</p>
""",
    """
<h1>How long things are remembered</h1>
<p>Memory has three layers, and each of them remembers for a different time.</p>
<h2>Interact</h2>
<p>The layer Interact holds the questions of your conversations. It remembers for 24 hours. The conversations themselves
stay in the list on the left until you delete them.</p>
<h2>Insights</h2>
<p>The layer Insights holds what should stay for a season. It remembers for 90 days.</p>
<h2>Assets</h2>
<p>The layer Assets holds your documents and your own notes. What is there is remembered for ever, until you
delete it.</p>
<h2>Deleting and forgetting</h2>
<p>A deleted memory can be brought back, because it is only hidden at first. To remove it for good, use magray memory
delete with the option --erase in a terminal. Forgetting a document removes its passages from memory and leaves the
file itself as it was.</p>
<h2>If the computer is switched off suddenly</h2>
<p>What Magray has confirmed as remembered is already on the disk and survives a crash or a power cut. Reading that was
interrupted goes on at the next start.</p>
""",
)


def main() -> int:
    """Write the file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QMarginsF, QSizeF
    from PySide6.QtGui import QFont, QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

    application = QGuiApplication(sys.argv[:1])
    writer = QPdfWriter(str(TARGET))
    writer.setTitle(TITLE)
    writer.setCreator("Magray")
    writer.setResolution(72)  # one unit of the text document is then one point of the page
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(64, 60, 64, 60))
    )
    area = writer.pageLayout().paintRectPoints()
    painter = QPainter(writer)
    for number, html in enumerate(PAGES):
        if number:
            writer.newPage()
        document = QTextDocument()
        document.setDefaultFont(QFont(["Inter", "Noto Sans", "DejaVu Sans", "Helvetica", "Arial"], 11))
        document.setDefaultStyleSheet(STYLE)
        document.setDocumentMargin(0)
        document.setPageSize(QSizeF(area.width(), 1e6))
        document.documentLayout().setPaintDevice(writer)
        document.setHtml(html)
        if document.size().height() > area.height():
            painter.end()
            print(f"Page {number + 1} is too long by {document.size().height() - area.height():.0f} points.")
            return 1
        document.drawContents(painter)
    painter.end()
    del application
    print(f"{TARGET} written, {TARGET.stat().st_size:,} bytes.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
