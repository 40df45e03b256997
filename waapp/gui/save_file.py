"""Where to write a file: asked without blocking, with the ending of the chosen format."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from waapp.gui.aio import ask
from waapp.texts import tr

_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('\\/:*?"<>|\n\r\t', " "))


async def ask_for_file(
    parent: QWidget, object_name: str, title: str, name: str, formats: Mapping[str, str]
) -> Path | None:
    """Return where the planner wants a new file; `formats` names each ending, the first is offered first."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    first = next(iter(formats))
    safe = " ".join(name.translate(_NOT_IN_NAMES).split()).strip(". ") or tr("Guests")
    dialog = QFileDialog(parent, title, folder)
    dialog.setObjectName(object_name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    filters = {f"{words} (*{ending})": ending for ending, words in formats.items()}
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(first.removeprefix("."))
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen].removeprefix(".")))
    dialog.selectFile(f"{safe}{first}")
    chosen: list[str] = []
    dialog.filesSelected.connect(chosen.extend)
    return Path(chosen[0]) if await ask(dialog) and chosen else None


def show_folder(path: Path) -> None:
    """Open the folder of a file that was written."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
