"""How numbers are written in the window."""

import pytest
from PySide6.QtCore import QLocale

from waapp.gui.texts import number


@pytest.fixture
def language():
    before = QLocale()
    yield QLocale.setDefault
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("name", "written"), [("C", "5,000"), ("en_GB", "5,000"), ("de_DE", "5.000"), ("pt_BR", "5.000")]
)
def test_thousands_are_set_apart_as_the_language_does(language, name, written):
    language(QLocale(name))
    assert number(5_000) == written
    assert number(500) == "500"
