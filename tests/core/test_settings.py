"""Settings come from the environment, frozen, with a clear line for each mistake."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from shortlist.errors import Broken
from shortlist.settings import prepare_data_folder, read_settings, secret_key


def test_without_an_environment_the_defaults_hold() -> None:
    settings = read_settings({})
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.secure_cookies
    assert not settings.demo
    assert settings.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SHORTLIST_PORT", "tachtig", "van 1 tot en met 65535"),
        ("SHORTLIST_PORT", "70000", "van 1 tot en met 65535"),
        ("SHORTLIST_DEMO", "misschien", "geen ja of nee"),
        ("SHORTLIST_IDLE_MINUTES", "0", "van 5 tot en met"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_remedy(name: str, value: str, said: str) -> None:
    with pytest.raises(Broken, match=said) as error:
        read_settings({name: value})
    assert name in error.value.message


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        read_settings({}).port = 1  # type: ignore[misc]  # that it is refused is what the test proves


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = read_settings({"SHORTLIST_DATA_DIR": str(tmp_path / "nieuw")})
    first = secret_key(settings)
    assert len(first) >= 32
    assert secret_key(settings) == first
    assert ((tmp_path / "nieuw" / "secret-key").stat().st_mode & 0o777) == 0o600


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(Broken, match="te kort"):
        secret_key(read_settings({"SHORTLIST_SECRET_KEY": "kort"}))


def test_a_folder_that_cannot_be_written_gives_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "bestand"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(Broken, match="niet schrijfbaar"):
        prepare_data_folder(read_settings({"SHORTLIST_DATA_DIR": str(blocked / "map")}))
