"""First names, without being rude."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.names import first_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Aurélie Fontaine", "Aurélie"),
        ("  Ana   Sousa ", "Ana"),
        ("Ana", "Ana"),
        ("Jean-Paul Dupont", "Jean-Paul"),
        ("Dörte & Jens Petersen", "Dörte & Jens"),
        ("Jean-Paul & Marie Dupont", "Jean-Paul & Marie"),
        ("Anna und Bernd Maier", "Anna und Bernd"),
        ("Ana e João Silva", "Ana e João"),
        ("Fernando Álvarez de la Vega y Montenegro", "Fernando"),
        ("Silva, Ana Maria", "Ana"),
        ("Silva,", "Silva"),
        ("Ana, João e Maria", "Ana, João e Maria"),
        ("Dr. Ana Lima", "Dr. Ana Lima"),
        ("Ana & Dr. Paul Lima", "Ana & Dr. Paul Lima"),
        ("Mr and Mrs Smith", "Mr and Mrs Smith"),
        ("Família Sousa", "Família Sousa"),
        ("J. Smith", "J. Smith"),
        ("محمد الحسن", "محمد"),
        ("عبد الرحمن علي", "عبد الرحمن"),
        ("נועה לוי", "נועה"),
        ("林美玲", "林美玲"),
        ("田中 太郎", "田中 太郎"),
        ("김 민수", "김 민수"),
        ("Ana &", "Ana"),
        ("&", "&"),
        (" ", ""),
    ],
)
def test_first_names(name, first):
    assert first_name(name) == first


@given(st.text(max_size=20))
def test_a_name_is_never_lost_nor_padded(name):
    first = first_name(f"x{name}")
    assert first
    assert first == " ".join(first.split())
