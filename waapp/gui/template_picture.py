"""The picture above a message in the preview: fetched after typing has paused, decoded aside, kept by address."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QImageReader, QPixmap

from waapp.core.template_parts import Header, HeaderKind
from waapp.gui.aio import Tasks
from waapp.gui.template_preview import ChatPreview
from waapp.texts import tr

FetchPicture = Callable[[str], Awaitable[bytes | None]]
"""Returns what is at an address, None when it cannot be had."""

_FETCH_AFTER: Final = 600
"""Milliseconds after the last change of the address."""
_MOST_PIXELS: Final = 50_000_000
_SHOWN: Final = QSize(800, 800)
"""Larger than the bubble on a screen of double density; what is kept is no larger."""
_KEPT: Final = 16
_FORMATS: Final = frozenset({b"jpeg", b"jpg", b"png"})


class HeaderPicture(QObject):
    """Follows a preview's header and shows its picture; without `fetch` it says that none is fetched.

    A picture that could not be fetched is tried again when its address is shown again. As a context it ends with
    the preview: what is still being fetched then is dropped.
    """

    def __init__(self, preview: ChatPreview, tasks: Tasks, fetch: FetchPicture | None) -> None:
        super().__init__(preview)
        self._preview = preview
        self._tasks = tasks
        self._fetch = fetch
        self._address = ""
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_FETCH_AFTER)
        self._timer.timeout.connect(self._start)
        preview.header_shown.connect(self._follow)
        self._follow(preview.shown.header)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._address = ""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()

    def _follow(self, header: Header | None) -> None:
        """Show what is at hand for a header, and fetch what is not; called for every key in its address."""
        address = _address(header)
        if address == self._address:
            return
        self._address = address
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        kept = self._kept.get(address)
        if kept is not None:
            self._kept.move_to_end(address)
        without = tr("Practice mode fetches no pictures") if address and self._fetch is None else ""
        self._preview.set_picture(kept, without)
        if address and kept is None and self._fetch is not None:
            self._timer.start()

    def _start(self) -> None:
        if self._fetch is not None:
            self._task = self._tasks.restart(self._task, self._show(self._address, self._fetch))

    async def _show(self, address: str, fetch: FetchPicture) -> None:
        found = await fetch(address)
        image = await asyncio.to_thread(read_picture, found) if found else None
        if address != self._address:
            return
        if image is None:
            self._preview.set_picture(None, tr("The picture could not be fetched"))
            return
        picture = QPixmap.fromImage(image)
        self._kept[address] = picture
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._preview.set_picture(picture)


def read_picture(found: bytes) -> QImage | None:
    """Return a JPEG or PNG in the size that the preview needs, None for anything else; for a thread of its own.

    The size in its head is looked at first: a few bytes can ask for any amount of memory.
    """
    held = QByteArray(found)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if bytes(reader.format().data()) not in _FORMATS or not size.isValid():
        return None
    if size.width() * size.height() > _MOST_PIXELS:
        return None
    if size.width() > _SHOWN.width() or size.height() > _SHOWN.height():
        reader.setScaledSize(size.scaled(_SHOWN, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image


def _address(header: Header | None) -> str:
    """Return where a header's picture is, empty while the address is not filled in."""
    if header is None or header.kind is not HeaderKind.IMAGE:
        return ""
    address = header.value.strip()
    is_complete = address.lower().startswith(("http://", "https://")) and "{{" not in address
    return address if is_complete else ""
