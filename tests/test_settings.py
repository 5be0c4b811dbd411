"""Where settings come from, which place wins, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from gqlspaces.settings import PREFIX, Settings, SettingsError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    return tmp_path


def test_the_strongest_place_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().port == 8000
    (folder / "gqlspaces.toml").write_text("port = 8001")
    assert Settings.load().port == 8001
    (folder / ".env").write_text("GQLSPACES_PORT=8002")
    assert Settings.load().port == 8002
    monkeypatch.setenv("GQLSPACES_PORT", "8003")
    assert Settings.load().port == 8003
    assert Settings.load(port=8004).port == 8004


def test_a_flag_not_given_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQLSPACES_HOST", "::1")
    assert Settings.load(host=None).host == "::1"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQLSPACES_KEY", "")
    assert Settings.load().key is None


def test_the_database_lies_in_the_data_folder() -> None:
    assert Settings.load().database_url == "sqlite:///data/gqlspaces.db"
    assert Settings.load(data_dir="/data").database_url == "sqlite:////data/gqlspaces.db"


def test_clients_talk_to_the_port_of_this_machine() -> None:
    assert Settings.load(port=9000).url == "http://127.0.0.1:9000/graphql"


def test_origins_are_separated_by_commas_or_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ("https://a.example", "https://b.example")
    (folder / "gqlspaces.toml").write_text(f"allowed_origins = {list(expected)}")
    assert Settings.load().allowed_origins == expected
    monkeypatch.setenv("GQLSPACES_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert Settings.load().allowed_origins == expected


def test_an_unknown_variable_is_refused_with_a_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQLSPACES_DATABSE_URL", "sqlite:///x.db")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert str(caught.value) == (
        "UNKNOWN_SETTING: GQLSPACES_DATABSE_URL in the environment; "
        "did you mean GQLSPACES_DATABASE_URL?"
    )


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (".env", "GQLSPACES_HOTS=x", "GQLSPACES_HOTS in .env; did you mean GQLSPACES_HOST?"),
        ("gqlspaces.toml", "hots = 'x'", "hots in gqlspaces.toml; did you mean host?"),
        ("gqlspaces.toml", "[server]\nport = 1", "server in gqlspaces.toml"),
        ("gqlspaces.toml", "xyzzy = 1", "xyzzy in gqlspaces.toml; known are allowed_origins, "),
    ],
)
def test_an_unknown_key_of_a_file_is_refused(
    folder: Path, file: str, text: str, complaint: str
) -> None:
    (folder / file).write_text(text)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.code == "UNKNOWN_SETTING"
    assert complaint in str(caught.value)


def test_variables_of_others_and_of_the_tests_are_let_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GQLSPACES_TEST_POSTGRES_URL", "postgresql://localhost/test")
    (folder / ".env").write_text("POSTGRES_PASSWORD=of-another-program")
    assert Settings.load() == Settings()


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("port", "eighty", "valid integer"),
        ("port", "65536", "less than or equal to 65535"),
        ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("database_url", "mysql://localhost", "must begin with sqlite:/// or postgresql://"),
        ("send_timeout", "0", "greater than 0"),
        ("url", "ftp://example.com", "match pattern"),
        ("time_zone", "Europe/Berln", "the IANA name of a time zone, such as Europe/Berlin"),
        ("time_zone", "Europe", "the IANA name of a time zone"),
        ("time_zone", "../UTC", "the IANA name of a time zone"),
        ("time_zone", "\N{MIDDLE DOT}", "the IANA name of a time zone"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_and_place(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, reason: str
) -> None:
    variable = f"GQLSPACES_{setting.upper()}"
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert str(caught.value).startswith(f"INVALID_SETTING: {variable} in the environment: ")
    assert reason in str(caught.value)


def test_a_file_that_is_not_toml_is_refused(folder: Path) -> None:
    (folder / "gqlspaces.toml").write_text("port =")
    with pytest.raises(SettingsError, match=r"INVALID_SETTING: gqlspaces\.toml is not TOML"):
        Settings.load()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQLSPACES_KEY", "gsk_planted")
    monkeypatch.setenv("GQLSPACES_DATABASE_URL", "postgresql://me:planted@localhost/spaces")
    settings = Settings.load()
    assert "planted" not in f"{settings!r} {settings}"
    monkeypatch.setenv("GQLSPACES_DATABASE_URL", "mysql://me:planted@localhost/spaces")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert "planted" not in str(caught.value)


def test_every_setting_says_what_it_is_and_is_in_the_reference() -> None:
    reference = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text(
        encoding="utf-8"
    )
    missing = [
        name
        for name, field in Settings.model_fields.items()
        if f"| `{name}` | {_default(name)} | {field.description} |" not in reference
    ]
    assert missing == []


def test_settings_load_without_the_server() -> None:
    """A command that only needs settings must not wait for the gateway to be imported."""
    code = (
        "import sys, gqlspaces.settings;"
        "sys.exit(bool({'strawberry', 'sqlalchemy', 'starlette'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _default(name: str) -> str:
    value = getattr(Settings.load(), name)
    if value in (None, ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
