"""Two edits of one thing: nobody's change is lost in silence."""

from hypothesis import given
from hypothesis import strategies as st

from waapp.core.two_edits import OtherEdit, meet

VALUES = st.sampled_from(["", "a", "b", "c"])
FIELDS = st.dictionaries(st.sampled_from(["name", "group", "notes"]), VALUES)


@given(base=FIELDS, mine=FIELDS, theirs=FIELDS)
def test_nobody_s_change_is_lost_in_silence(base, mine, theirs):
    met = meet(base, mine, theirs)
    told = {edit.field: edit for edit in met.edits}
    for field in {*base, *mine, *theirs}:
        was, typed, now = (one.get(field, "") for one in (base, mine, theirs))
        assert met.values[field] == (now if typed == was else typed)
        assert (field in told) == (now != was)
        if now not in {was, typed} and typed != was:
            assert told[field] == OtherEdit(field, was, typed, now)
            assert told[field].clashes
        elif field in told:
            assert not told[field].clashes


@given(base=FIELDS, mine=FIELDS)
def test_what_nobody_else_changed_stays_as_it_stands(base, mine):
    met = meet(base, mine, base)
    assert not met.edits
    assert {field: value for field, value in met.values.items() if value} == {
        field: value for field, value in mine.items() if value
    }
