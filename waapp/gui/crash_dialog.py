"""What is shown for a bug: what it means for the planner's work, and how to report it."""

import platform
import traceback
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp import __version__
from waapp.gui import style
from waapp.gui.widgets import button, label, name
from waapp.texts import tr


class CrashDialog(QDialog):
    """Explains in plain words; the details go to the clipboard and are in the log, never on the screen."""

    def __init__(self, error: BaseException, log_dir: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, "crash_dialog", tr("Something went wrong"))
        self.setWindowTitle(tr("Something went wrong"))
        self.setFixedWidth(520)
        self._log_dir = log_dir
        self._details = details(error)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(tr("Something went wrong in this program"), size=16, bold=True))
        column.addWidget(label(tr(
            "This is a fault of the program, not of yours. The last action may not have been finished; guests, "
            "templates and messages are safe in the database, and nothing is sent twice."
        )))  # fmt: skip
        column.addWidget(label(tr(
            "You can go on. If it happens again, copy the details and send them to whoever looks after this program."
        ), tone="muted"))  # fmt: skip
        column.addWidget(label(type(error).__name__, tone="muted", size=12))
        column.addSpacing(style.SPACE[1])
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        self._copy = button(tr("Copy details"), "crash_copy", icon="copy", key="Ctrl+C")
        folder = button(tr("Open log folder"), "crash_log_folder", icon="folder")
        close = button(tr("Go on"), "crash_close", primary=True)
        self._copy.clicked.connect(self._copy_details)
        folder.clicked.connect(self._open_folder)
        close.clicked.connect(self.accept)
        close.setDefault(True)
        row.addWidget(self._copy)
        row.addWidget(folder)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self._copy.setText(tr("Copied"))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_dir)))


def details(error: BaseException) -> str:
    """Return what somebody who mends the program needs: versions and the traceback."""
    facts = f"waapp {__version__}, Python {platform.python_version()}, {platform.platform()}"
    return facts + "\n\n" + "".join(traceback.format_exception(error))
