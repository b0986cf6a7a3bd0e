import os
import shutil
from pathlib import Path

import pytest

from scorm_packages.cache import Cache
from scorm_packages.press import Press


def keep(cache, key, content):
    return cache.put(key, lambda stream: stream.writelines([content]))


def test_what_is_kept_is_found_again(tmp_path):
    cache = Cache(tmp_path / "new")
    keep(cache, "a/b", b"content")
    assert cache.get("a/b").read_bytes() == b"content"
    assert cache.get("a/c") is None


def test_what_could_not_be_written_whole_is_not_kept(tmp_path):
    def fail(stream):
        stream.write(b"half")
        raise KeyboardInterrupt

    cache = Cache(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        cache.put("key", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_to_keeps_nothing_and_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert keep(Cache(tmp_path / "file"), "key", b"content") is None


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../b", ""])
def test_a_key_never_leads_out_of_the_cache(tmp_path, key):
    with pytest.raises(ValueError, match="not a key"):
        Cache(tmp_path).get(key)


def test_what_was_used_least_lately_leaves_first(tmp_path):
    cache = Cache(tmp_path, largest=10)
    for age, key in enumerate(("old", "new", "used")):
        os.utime(keep(cache, key, b"1234"), (age, age))
    cache.get("old")
    cache.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "used"]


def test_tidying_a_cache_that_somebody_removes_meanwhile_stops_nobody(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    cache = Cache(folder, largest=0)
    keep(cache, "a/one", b"1234")
    keep(cache, "b/two", b"1234")

    def removed_meanwhile(_path):
        shutil.rmtree(folder, ignore_errors=True)
        return False

    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_file", removed_meanwhile)
        cache.tidy()
    assert not folder.exists()


def test_what_may_not_be_removed_from_a_cache_stops_nobody(tmp_path, monkeypatch):
    cache = Cache(tmp_path, largest=0)
    kept = keep(cache, "key", b"1234")

    def refused(_path, **_options):
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        cache.tidy()
    assert kept.exists()


CONTENT = b"content" * 2000


def pressed(press, content):
    with press.pressed(content) as found:
        return None if found is None else (found.measure, b"".join(found.chunks))


def test_content_is_deflated_once_and_found_by_what_it_is(tmp_path):
    press = Press(Cache(tmp_path / "cache"))
    file = tmp_path / "same.svg"
    file.write_bytes(CONTENT)
    first = pressed(press, CONTENT)
    (kept,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    written = kept.stat().st_ino
    assert pressed(press, file) == first
    assert kept.stat().st_ino == written


def test_a_damaged_cache_is_noticed_and_mended(tmp_path):
    press = Press(Cache(tmp_path))
    sound = pressed(press, CONTENT)
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    for damage in (b"", b"nonsense", kept.read_bytes()[:-1]):
        kept.write_bytes(damage)
        assert pressed(Press(Cache(tmp_path)), CONTENT) == sound


def test_a_little_content_is_deflated_sooner_than_it_is_kept(tmp_path):
    assert pressed(Press(Cache(tmp_path)), b"content") is None
    assert not list(tmp_path.rglob("*"))


def test_a_file_that_changes_is_measured_anew(tmp_path):
    press, file = Press(), tmp_path / "photo.jpg"
    file.write_bytes(b"one")
    assert press.measure(file) == press.measure(b"one")
    file.write_bytes(b"another")
    assert press.measure(file) == press.measure(b"another")


def test_without_a_cache_nothing_is_kept():
    assert pressed(Press(), CONTENT) is None


def test_where_nothing_can_be_kept_content_goes_in_all_the_same(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert pressed(Press(Cache(tmp_path / "file")), CONTENT) is None


def test_what_leaves_the_cache_before_it_is_read_is_deflated_on_the_way(tmp_path):
    press = Press(Cache(tmp_path))
    assert pressed(press, CONTENT) is not None
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    kept.unlink()
    kept.mkdir()
    assert pressed(press, CONTENT) is None
