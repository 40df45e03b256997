"""Pictures of bringing lists in: few rows and many, what is wrong with them, what was saved, taken back and kept."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QLabel, QPushButton
from sqlalchemy import text

from tests.corpus.writers import text as csv_text
from tests.corpus.writers import xlsx
from tests.screenshots_guests import Stage, until
from waapp.core.guests import GuestDraft
from waapp.gui.import_dialog import ImportDialog
from waapp.gui.import_history import ImportHistory

MANY: Final = 5_000
_PATIENCE: Final = 300.0
"""Seconds: reading and saving go on in processes of their own, which a loaded machine lets wait."""

STORED: Final = (
    GuestDraft("Ana Sousa", "+351912345678", "ana@example.org", "Family", "pt_PT", "Sits by the door"),
    GuestDraft("Rui Costa", "+351913456789", "", "Groom", "pt_PT"),
    GuestDraft("محمد عبد الرحمن الحسن", "+201012345678", "m@example.org", "Groom", "ar"),
)

HEADINGS: Final = ("Name", "Phone", "E-mail", "Group", "Table", "Language", "May we write?")

THREE: Final = (
    HEADINGS[:4],
    ("Zoë Brandt", "+49 1512 3456789", "zoe@example.org", "Friends"),
    ("Aurélie Fontaine", "06 12 34 56 78", "", "Friends"),
    ("נועה לוי", "+972 50 234 5678", "", "Groom"),
)

MESSY: Final = (
    HEADINGS,
    ("Ana Sousa", "912 345 678", "ana.sousa@example.org", "Bride", "7", "pt", "yes"),
    ("Ana Sousa", "+351 912 345 678", "", "Bride", "8", "pt", "yes"),
    ("Dörte-Wilhelmina & Jens-Christian von Petersen-Löwenstein", "+49 1512 3456789", "doerte.example.org",
     "Friends of the family", "12", "German", "perhaps"),
    ("محمد عبد الرحمن الحسين", "+20 10 1234 5678", "m@example.org", "Groom", "3", "ar", "yes"),
    ("Rui Costa", "223 456 789", "", "Groom", "", "", ""),
    ("Fernando Álvarez de la Vega y Santa Cruz de Tenerife (+2)", "+34 612 34 56 78", "", "Work", "", "es", "no"),
    ("Total", "6", "", "", "", "", ""),
    ("Henrique Sousa", "", "", "Bride", "", "klingon", ""),
    ("林美玲", "5.51199E+12", "", "Work", "4", "zh", ""),
    ("กิตติ์ธัญญ์ชนม์ ศรีสุวรรณวัฒนากุล", "+66 81 234 5678", "", "ครอบครัวเจ้าสาว", "", "ไทย", ""),
    ("Inês Duarte", "912 34", "", "Bride", "4", "", ""),
    ("João Duarte", "912 345 678", "", "Bride", "4", "", ""),
)  # fmt: skip


async def take_imports(stage: Stage) -> None:
    """Take every picture of a list being brought in."""
    with tempfile.TemporaryDirectory(prefix="waapp-lists-") as name:
        folder = Path(name)
        party = await stage.event("Wedding of Clara & Davi", STORED)
        await stage.go(party, len(STORED))
        if stage.wants("import-history-none"):
            await stage.dialog("import-history-none", stage.guests._import_menu.history.trigger)
        await _unreadable(stage, folder)
        await _small(stage, folder)
        await _messy(stage, folder)
        await _many(stage, folder)
        await _saved(stage, folder, party)


async def _opened(stage: Stage, path: Path) -> ImportDialog:
    stage.guests.import_file(path)
    await until(lambda: stage._dialogs())
    dialog = stage._dialogs()[-1]
    assert isinstance(dialog, ImportDialog)
    await until(lambda: dialog.desk.now is not None and not dialog._progress.isVisible(), _PATIENCE)
    await asyncio.sleep(0.3)
    return dialog


async def _closed(stage: Stage, dialog: ImportDialog) -> None:
    dialog.reject()
    await until(lambda: not stage._dialogs())


async def _unreadable(stage: Stage, folder: Path) -> None:
    """Show what is said of a file that is no list."""
    if not stage.wants("import-unreadable"):
        return
    path = folder / "guests, final version (3).xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")
    stage.guests.import_file(path)
    await until(
        lambda: (
            not stage._dialogs()
            and any(
                each.isVisible() and "final version" in each.text()
                for each in stage.window.findChildren(QLabel)
            )
        )
    )
    await stage.camera.take("import-unreadable")


async def _small(stage: Stage, folder: Path) -> None:
    """Show lists of nobody and of three."""
    for name, rows in (("import-none", (HEADINGS,)), ("import-three", THREE)):
        if stage.wants(name):
            path = folder / "Seating plan.csv"
            path.write_bytes(csv_text(rows))
            dialog = await _opened(stage, path)
            await stage.camera.take(name, dialog)
            await _closed(stage, dialog)


async def _messy(stage: Stage, folder: Path) -> None:
    """Show a list with everything wrong with it, its columns, a row, several rows, and its remarks."""
    names = ("messy", "row", "row-alike", "rows", "columns", "remarks", "to-fix")
    if not stage.wants(*(f"import-{name}" for name in names)):
        return
    path = folder / "Gästeliste Hochzeit – final FINAL.xlsx"
    path.write_bytes(xlsx(MESSY, THREE, names=("Guests", "Friends")))
    dialog = await _opened(stage, path)
    camera = stage.camera
    dialog.view.clearSelection()
    await camera.take("import-messy", dialog)
    dialog.view.go_to(2)
    await camera.take("import-row", dialog)
    dialog.view.go_to(5)
    await camera.take("import-row-alike", dialog)
    dialog.view.selectAll()
    await camera.take("import-rows", dialog)
    dialog.view.clearSelection()
    dialog._chips.choose("mend")
    await camera.take("import-to-fix", dialog)
    dialog._chips.choose("all")
    dialog._views.choose("columns")
    await asyncio.sleep(0.3)
    await camera.take("import-columns", dialog)
    dialog._views.choose("rows")
    await dialog.write_remarks(folder / "Gästeliste with remarks.xlsx")
    await camera.take("import-remarks", dialog)
    await _closed(stage, dialog)


async def _many(stage: Stage, folder: Path) -> None:
    """Show thousands of rows."""
    if not stage.wants("import-many"):
        return
    people = MESSY[1:]
    rows = [
        (f"{people[n % len(people)][0]} {n}", f"+351 91{n:07d}", *people[n % len(people)][2:])
        for n in range(MANY)
    ]
    path = folder / "Summer party.csv"
    path.write_bytes(csv_text((HEADINGS, *rows)))
    dialog = await _opened(stage, path)
    await stage.camera.take("import-many", dialog)
    await _closed(stage, dialog)


async def _saved(stage: Stage, folder: Path, party: UUID) -> None:
    """Save lists, look at what the page says and the history lists, and take back what cannot go whole."""
    names = ("import-saved", "import-history", "import-undo", "import-taken-back")
    if not stage.wants(*names):
        return
    for name, rows in (("Friends of the groom.csv", THREE), ("Gästeliste Hochzeit.csv", MESSY)):
        path = folder / name
        path.write_bytes(csv_text(rows))
        dialog = await _opened(stage, path)
        await until(dialog._add.isEnabled)
        dialog._add.click()
        await until(lambda dialog=dialog: dialog.saved is not None and not stage._dialogs(), _PATIENCE)
        await until(lambda name=name: name in stage.guests.messages.text, _PATIENCE)
        await until(lambda: not stage.guests.guests.is_loading)
    await stage.camera.take("import-saved")
    async with stage.database.begin() as conn:
        await conn.execute(
            text(
                "UPDATE guests SET rsvp_status = 'yes' WHERE event_id = :id AND name LIKE ANY(ARRAY['D%', 'F%'])"
            ),
            {"id": party},
        )
    stage.guests._import_menu.history.trigger()
    await until(lambda: stage._dialogs())
    history = stage._dialogs()[-1]
    assert isinstance(history, ImportHistory)
    await stage.camera.take("import-history", history)
    button = history.findChild(QPushButton, "import_history_undo")
    assert button is not None
    button.click()
    await until(lambda: any(one.objectName() == "import_undo" for one in stage._dialogs()))
    question = stage._dialogs()[-1]
    await stage.camera.take("import-undo", question)
    question.accept()
    await until(lambda: "undone" in stage.guests.messages.text, _PATIENCE)
    await until(lambda: not stage.guests.guests.is_loading)
    await stage.camera.take("import-taken-back")
