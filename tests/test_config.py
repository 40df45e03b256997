import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from waapp import config
from waapp.errors import UserError


class MemoryKeyring(KeyringBackend):
    """A keyring that lives as long as a test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


class NoKeyring(KeyringBackend):
    """A computer without a keyring, as servers are."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("WAAPP_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WAAPP_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def ring() -> MemoryKeyring:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


def test_without_any_configuration_practice_mode_is_on(home: Path) -> None:
    settings = config.load({})
    assert settings.practice
    assert settings.database_url is None
    assert settings.rate == 80
    assert settings.http_timeout == 30


def test_an_installation_keeps_its_name(home: Path) -> None:
    first = config.load({})
    assert len(first.installation) == 8
    assert config.load({}).installation == first.installation
    assert first.practice_key == f"practice-{first.installation}"


def test_what_is_saved_is_read_again(home: Path) -> None:
    settings = replace(
        config.load({}),
        planner="Maria",
        account_sid="AC1",
        sender="+351912345204",
        rate=12.5,
        practice_wanted=True,
    )
    config.save(settings)
    assert config.load({}) == settings
    assert config.load({}).desk.startswith("Maria on ")


def test_the_environment_wins_over_the_file(home: Path) -> None:
    config.save(replace(config.load({}), account_sid="ACfile", rate=5.0))
    settings = config.load({"TWILIO_ACCOUNT_SID": "ACenv", "WAAPP_RATE": "7", "TWILIO_AUTH_TOKEN": "secret"})
    assert (settings.account_sid, settings.rate) == ("ACenv", 7.0)
    assert not settings.practice


def test_an_auth_token_in_the_environment_is_not_used_with_a_stored_key(home: Path, run) -> None:
    config.save(replace(config.load({}), account_sid="AC1", api_key="SK1"))
    settings = config.load({"TWILIO_AUTH_TOKEN": "token"})
    assert run(config.credentials(settings)).username == "AC1"


def test_practice_mode_can_be_kept_with_an_account(home: Path) -> None:
    settings = replace(config.load({}), account_sid="AC1", practice_wanted=True)
    assert settings.practice


@pytest.mark.parametrize(
    "environ",
    [
        {"WAAPP_RATE": "0"},
        {"WAAPP_RATE": "fast"},
        {"WAAPP_RATE": "nan"},
        {"WAAPP_HTTP_TIMEOUT": "-1"},
        {"WAAPP_SENDER": "not a number"},
    ],
)
def test_a_setting_that_makes_no_sense_is_named(home: Path, environ: dict[str, str]) -> None:
    with pytest.raises(UserError) as caught:
        config.load(environ)
    assert caught.value.code == "setting_invalid"
    assert caught.value.params["name"] == next(iter(environ))


def test_a_sender_is_kept_as_e164(home: Path) -> None:
    assert config.load({"WAAPP_SENDER": "whatsapp:+351 912 345 204"}).sender == "+351912345204"


def test_a_broken_file_is_named_and_kept(home: Path) -> None:
    (home / "settings.toml").write_text("rate = = 3")
    with pytest.raises(UserError) as caught:
        config.load({})
    assert caught.value.code == "settings_unreadable"
    assert (home / "settings.toml").read_text() == "rate = = 3"


def test_secrets_go_to_the_keyring_and_nowhere_else(home: Path, ring: MemoryKeyring, run) -> None:
    settings = replace(config.load({}), account_sid="AC1", api_key="SK1")
    run(config.store_twilio_secret("SK1", "very secret"))
    config.save(settings)
    found = run(config.credentials(settings))
    assert (found.username, found.password) == ("SK1", "very secret")
    assert "very secret" not in repr(found) + repr(settings)
    assert all("very secret" not in path.read_text() for path in home.rglob("*") if path.is_file())


def test_the_environments_secret_is_never_shown(home: Path) -> None:
    settings = config.load(
        {
            "TWILIO_ACCOUNT_SID": "AC1",
            "TWILIO_AUTH_TOKEN": "very secret",
            "WAAPP_DATABASE_URL": "postgresql://maria:hidden@db/events",
        }
    )
    assert "very secret" not in repr(settings)
    assert "hidden" not in repr(settings)


def test_the_password_of_a_database_is_kept_apart(home: Path, ring: MemoryKeyring, run) -> None:
    bare = run(
        config.store_database_password("postgresql://maria:p%40ss@db.example:5433/events?sslmode=require")
    )
    assert bare == "postgresql://maria@db.example:5433/events?sslmode=require"
    settings = replace(config.load({}), database_url=bare)
    config.save(settings)
    assert "p%40ss" not in (home / "settings.toml").read_text()
    again = run(config.full_database_url(config.load({})))
    assert again == "postgresql://maria:p%40ss@db.example:5433/events?sslmode=require"


def test_several_hosts_keep_their_password_apart_too(home: Path, ring: MemoryKeyring, run) -> None:
    bare = run(config.store_database_password("postgresql://ana:pa%40ss@one:1,two:2/x?connect_timeout=3"))
    assert bare == "postgresql://ana@one:1,two:2/x?connect_timeout=3"
    config.save(replace(config.load({}), database_url=bare))
    whole = run(config.full_database_url(config.load({})))
    assert whole == "postgresql://ana:pa%40ss@one:1,two:2/x?connect_timeout=3"


def test_a_missing_secret_is_an_error_that_names_the_account(home: Path, ring: MemoryKeyring, run) -> None:
    with pytest.raises(UserError) as caught:
        run(config.credentials(replace(config.load({}), account_sid="AC1")))
    assert caught.value.code == "secret_missing"


def test_without_a_keyring_a_secret_cannot_be_stored(home: Path, no_ring: None, run) -> None:
    with pytest.raises(UserError) as caught:
        run(config.store_twilio_secret("SK1", "very secret"))
    assert caught.value.code == "keyring_unusable"
    assert "very secret" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_file_is_for_its_user_only(home: Path) -> None:
    config.save(config.load({}))
    assert stat.S_IMODE((home / "settings.toml").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("WAAPP_HOME", str(blocked / "home"))
    settings = config.load({})
    assert settings.installation
    with pytest.raises(UserError) as caught:
        config.save(settings)
    assert caught.value.code == "settings_unwritable"


def test_the_order_of_languages_outlives_other_settings():
    assert config.language_order() == ()
    config.keep_language_order(("pt_PT", "en"))
    config.save(config.load({}))
    assert config.language_order() == ("pt_PT", "en")
