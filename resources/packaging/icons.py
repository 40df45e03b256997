"""Draw the program's icon in the formats that the three platforms want: `python icons.py FOLDER`."""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 32, 48, 64, 128, 256, 512)


def draw(size: int) -> QImage:
    """Return the icon as a square picture."""
    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(Path(__file__).with_name("waapp.svg"))).render(painter)
    painter.end()
    return picture


def main() -> None:
    """Write the pictures into a folder, which is made."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {f"{size}.png": draw(size) for size in SIZES}
    pictures |= {"waapp.ico": draw(256), "waapp.icns": draw(512)}
    for name, picture in pictures.items():
        if not picture.save(str(folder / name)):
            raise SystemExit(f"{name} cannot be written")


if __name__ == "__main__":
    main()
