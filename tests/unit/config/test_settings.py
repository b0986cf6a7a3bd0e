"""Settings are read once, checked, and explained when they cannot work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError


def test_without_any_variable_the_tool_serves_on_this_machine() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.public_url == "http://localhost:8000"
    assert settings.database_url.startswith("sqlite:///")


def test_every_variable_is_read(tmp_path: Path) -> None:
    file = tmp_path / "institution.toml"
    file.touch()
    settings = Settings.from_environment(
        {
            "ARRIMAGE_PUBLIC_URL": "https://Cours.Example.org/",
            "ARRIMAGE_DATABASE_URL": "postgres://u:p@db/arrimage",
            "ARRIMAGE_COURSES": str(tmp_path),
            "ARRIMAGE_DEFAULT_COURSE": "module-3",
            "ARRIMAGE_INSTITUTION": str(file),
            "ARRIMAGE_PARTNERS": str(tmp_path),
            "ARRIMAGE_CACHE": str(tmp_path / "cache"),
            "ARRIMAGE_PROXY_HOPS": "1",
            "ARRIMAGE_BIND": "[::1]:9000",
            "ARRIMAGE_WORKERS": "4",
            "ARRIMAGE_THREADS": "16",
            "ARRIMAGE_LOG_LEVEL": "debug",
            "ARRIMAGE_ALLOW_LOOPBACK": "Yes",
            "ARRIMAGE_ADMINISTRATION": "Password, lti",
            "ARRIMAGE_SESSION_IDLE_MINUTES": "30",
            "ARRIMAGE_SESSION_HOURS": "3",
            "ARRIMAGE_TIME_ZONE": "America/Martinique",
            "UNRELATED": "x",
        }
    )
    assert settings == Settings(
        public_url="https://cours.example.org",
        database_url="postgresql+psycopg://u:p@db/arrimage",
        course_roots=(tmp_path,),
        default_course="module-3",
        institution_file=file,
        partners=(tmp_path,),
        cache=tmp_path / "cache",
        proxy_hops=1,
        bind=("::1", 9000),
        workers=4,
        threads=16,
        log_level="DEBUG",
        allow_loopback=True,
        administration=frozenset({"password", "lti"}),
        session_idle=timedelta(minutes=30),
        session_lifetime=timedelta(hours=3),
        time_zone="America/Martinique",
    )
    assert settings.secure


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("ALLOW_LOOPBACK", "perhaps", "yes or no"),
        ("ADMINISTRATION", "everybody", "password, lti"),
        ("ADMINISTRATION", "none, lti", "or none"),
        ("ADMINISTRATION", ",", "or none"),
        ("PUBLIC_URL", "cours.example.org", "whole address"),
        ("PUBLIC_URL", "https://example.org/arrimage", "origin of its own"),
        ("PUBLIC_URL", "http://cours.example.org", "https"),
        ("PUBLIC_URL", "https://example.org:port", "PUBLIC_URL"),
        ("DATABASE_URL", "mysql://db/x", "postgresql://"),
        ("COURSES", "/no/such/folder", "no folder"),
        ("INSTITUTION", "/no/such/file", "no such file"),
        ("PROXY_HOPS", "-1", "from 0 to 10"),
        ("BIND", "8000", "127.0.0.1:8000"),
        ("BIND", "127.0.0.1:99999", "127.0.0.1:8000"),
        ("WORKERS", "many", "from 1 to 64"),
        ("THREADS", "1", "from 2 to 256"),
        ("STREAMS", "-1", "from 0 to 1024"),
        ("LOG_LEVEL", "loud", "WARNING"),
        ("SESSION_IDLE_MINUTES", "0", "from 5"),
        ("SESSION_HOURS", "1000", "from 1 to 72"),
    ],
)
def test_a_wrong_value_is_named_and_explained(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({f"ARRIMAGE_{name}": value})
    assert f"ARRIMAGE_{name}" in str(raised.value)
    assert remedy in str(raised.value)


def test_the_administration_can_be_closed_in_so_many_words() -> None:
    settings = Settings.from_environment({"ARRIMAGE_ADMINISTRATION": "none"})
    assert settings.administration == frozenset()


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"ARRIMAGE_WORKERS": "0", "ARRIMAGE_THREADS": "0"})
    assert len(raised.value.problems) == 2
