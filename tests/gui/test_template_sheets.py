"""What is being written, beside what is stored, and what of it is kept on this computer."""

from dataclasses import replace
from uuid import uuid4

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.gui.template_drafts import KeptDrafts
from waapp.gui.template_sheets import Sheets, variant_key

MAIN = Template(uuid4(), "invitation", "Invitation", "Hello {{guest_name}}, come!", main_language="en")
VARIANT = replace(MAIN, content="Olá {{guest_name}}, venha!", language="pt_PT")


def sheets_of(*templates, variants=()):
    made = Sheets()
    made.take(templates, variants)
    return made


def test_a_template_has_its_languages_together_the_main_one_first():
    sheets = sheets_of(MAIN, variants=[VARIANT])
    assert [each.draft.language for each in sheets.languages(MAIN.id)] == ["en", "pt_PT"]
    assert sheets.languages(variant_key(MAIN.id, "pt_PT")) == sheets.languages(MAIN.id)
    assert [each.key for each in sheets.mains()] == [MAIN.id]


def test_a_new_name_is_no_conflict_in_a_language_that_is_being_written():
    sheets = sheets_of(MAIN, variants=[VARIANT])
    key = variant_key(MAIN.id, "pt_PT")
    sheets.write(key, replace(VARIANT.draft, content="Olá!"))
    renamed = {"display_name": "Wedding", "name": "wedding"}
    sheets.take([replace(MAIN, **renamed)], [replace(VARIANT, **renamed)])
    sheet = sheets.get(key)
    assert sheet.theirs is None
    assert (sheet.draft.display_name, sheet.draft.content) == ("Wedding", "Olá!")


def test_another_text_is_a_conflict_and_mine_follows_theirs():
    sheets = sheets_of(MAIN)
    sheets.write(MAIN.id, replace(MAIN.draft, content="Mine"))
    sheets.take([replace(MAIN, content="Theirs", version=2)])
    assert sheets.get(MAIN.id).theirs.content == "Theirs"
    sheets.keep_mine(MAIN.id)
    sheet = sheets.get(MAIN.id)
    assert (sheet.stored.version, sheet.draft.content, sheet.theirs) == (2, "Mine", None)


def test_a_submitted_text_is_locked_until_it_is_opened():
    sheets = sheets_of(replace(MAIN, approval_status="Approved"))
    assert sheets.get(MAIN.id).is_locked
    sheets.open(MAIN.id)
    assert not sheets.get(MAIN.id).is_locked
    assert not sheets_of(MAIN).get(MAIN.id).is_locked


def test_unsaved_languages_follow_a_new_template_when_it_is_saved():
    sheets = Sheets()
    new = sheets.add(MAIN.draft)
    language = sheets.add(VARIANT.draft, new.key)
    sheets.saved(new.key, MAIN, new.draft)
    assert sheets.get(language.key).family == MAIN.id


def test_what_was_kept_comes_back_with_all_its_parts(tmp_path):
    sheets = sheets_of(MAIN)
    draft = replace(
        MAIN.draft,
        content="Olá 🎉",
        header=Header(HeaderKind.IMAGE, "https://x.example/a.jpg"),
        buttons=(Button(ButtonKind.URL, "Map", "https://x.example/{{rsvp_token}}"),),
    )
    sheets.write(MAIN.id, draft)
    KeptDrafts(tmp_path / "unsaved" / "drafts.json").write(sheets)
    again = sheets_of(MAIN)
    for kept in KeptDrafts(tmp_path / "unsaved" / "drafts.json").read():
        again.restore(kept)
    assert again.get(MAIN.id).draft == draft
    assert again.get(MAIN.id).theirs is None


def test_what_was_saved_meanwhile_by_somebody_else_is_a_conflict(tmp_path):
    sheets = sheets_of(MAIN)
    sheets.write(MAIN.id, replace(MAIN.draft, content="Mine"))
    KeptDrafts(tmp_path / "drafts.json").write(sheets)
    again = sheets_of(replace(MAIN, content="Theirs", version=2))
    for kept in KeptDrafts(tmp_path / "drafts.json").read():
        again.restore(kept)
    assert again.get(MAIN.id).theirs.content == "Theirs"
    assert again.get(MAIN.id).draft.content == "Mine"


def test_nothing_unsaved_leaves_no_file_and_a_broken_file_counts_as_none(tmp_path, caplog):
    kept = KeptDrafts(tmp_path / "drafts.json")
    sheets = sheets_of(MAIN)
    sheets.write(MAIN.id, replace(MAIN.draft, content="Mine"))
    kept.write(sheets)
    sheets.discard(MAIN.id)
    kept.write(sheets)
    assert not (tmp_path / "drafts.json").exists()
    (tmp_path / "drafts.json").write_text("{", encoding="utf-8")
    assert KeptDrafts(tmp_path / "drafts.json").read() == []
    assert "cannot be read" in caplog.text


def test_a_new_draft_gets_a_name_of_its_own():
    sheets = sheets_of(MAIN)
    assert sheets.free_name("invitation") == "invitation_2"
    sheets.add(TemplateDraft("invitation_2", "Another", "Hi"))
    assert sheets.free_name("invitation") == "invitation_3"
