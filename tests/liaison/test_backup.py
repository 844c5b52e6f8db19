"""A backup brings everything back, and one that is not whole changes nothing."""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from congress.models import Region
from jobs.models import DueWork
from liaison.backup import BackupRefused
from liaison.backup.dump import sequences
from liaison.backup.sealed import CHUNK, SealedReader, SealedWriter
from tests.world import make_county

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def system(media_root):
    """A county with an audit log, uploaded files and something that was deleted."""
    county = make_county()
    DueWork.objects.create(kind="audit.seal", key="gone", run_at=timezone.now()).delete()
    folder = media_root / "photos" / "2026"
    folder.mkdir(parents=True)
    (folder / "路灯.jpg").write_bytes(bytes(range(256)) * 9000)
    (media_root / "empty.txt").write_bytes(b"")
    return county


@pytest.fixture
def archive(system, tmp_path) -> Path:
    path = tmp_path / "backup.liaison"
    call_command("backup", str(path), stdout=StringIO())
    return path


def state(media_root: Path) -> tuple[str, dict[str, str]]:
    """A digest of every row of every table and of every file."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            if table == "django_session":
                continue
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            digest.update(f"{table}{cursor.fetchall()}".encode())
        digest.update(str(sequences(cursor)).encode())
    files = {
        str(path.relative_to(media_root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media_root.rglob("*")
        if path.is_file()
    }
    return digest.hexdigest(), files


def spoil(media_root: Path) -> None:
    """What happens to a system between two days."""
    User.objects.update(name="改了的名字")
    Region.objects.filter(level="village").update(name="没有了")
    make_county("370783", "寿光市")
    (media_root / "empty.txt").write_text("not empty any more")
    (media_root / "new.txt").write_text("new")
    (media_root / "photos" / "2026" / "路灯.jpg").unlink()


def restore(path: Path) -> str:
    out = StringIO()
    call_command("restore", str(path), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_restore_brings_everything_back(archive, system, media_root):
    before = state(media_root)
    assert Entry.objects.exists()
    spoil(media_root)
    assert state(media_root) != before
    assert "已恢复" in restore(archive)
    assert state(media_root) == before
    assert sorted(p.name for p in media_root.iterdir()) == ["empty.txt", "photos"]
    # the log is append-only again, and new rows get new numbers
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'x'")
    DueWork.objects.create(kind="audit.seal", key="next", run_at=timezone.now())


def test_the_file_shows_nothing_and_belongs_to_its_owner(archive):
    data = archive.read_bytes()
    for word in ("诸城市", "deputy", "CREATE", "370782", "photos"):
        assert word.encode() not in data
    assert archive.stat().st_mode & 0o777 == 0o600


def test_sessions_are_not_kept(archive, client, system):
    client.force_login(system.users["deputy"])
    restore(archive)
    assert Session.objects.count() == 0


def damaged(data: bytes) -> dict[str, bytes]:
    middle = len(data) // 2
    return {
        "one bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "head": data[:40] + bytes([data[40] ^ 1]) + data[41:],
        "cut in a frame": data[:-100],
        "cut between frames": data[: _end_of_first_frame(data)],
        "longer": data + b"\0" * 50,
        "empty": b"",
        "not ours": b"PGDMP" + data,
        "frames swapped": _with_first_frame_doubled(data),
    }


def _end_of_first_frame(data: bytes) -> int:
    head = data.index(b"\n") + 1
    start = head + 4 + int.from_bytes(data[head : head + 4])
    return start + 4 + int.from_bytes(data[start : start + 4])


def _with_first_frame_doubled(data: bytes) -> bytes:
    head = data.index(b"\n") + 1
    start = head + 4 + int.from_bytes(data[head : head + 4])
    end = _end_of_first_frame(data)
    return data[:end] + data[start:end] + data[end:]


def test_a_damaged_archive_is_refused_and_changes_nothing(archive, media_root, tmp_path):
    data = archive.read_bytes()
    assert len(data) > CHUNK  # or there would be no frame to cut
    before = state(media_root)
    for kind, changed in damaged(data).items():
        bad = tmp_path / kind
        bad.write_bytes(changed)
        with pytest.raises(CommandError):
            restore(bad)
        assert state(media_root) == before, kind
        assert not list(media_root.glob(".*")), kind


def other_key(number: int) -> str:
    return base64.b64encode(hashlib.sha256(bytes([number])).digest()).decode()


def test_a_wrong_key_is_refused_and_an_older_key_opens(archive, settings, media_root):
    before = state(media_root)
    good = settings.FIELD_KEYS
    for ring in ([f"other:{other_key(1)}"], [f"{good[0].split(':')[0]}:{other_key(2)}"]):
        settings.FIELD_KEYS = ring
        with pytest.raises(CommandError):
            restore(archive)
        assert state(media_root) == before
    settings.FIELD_KEYS = [f"k2:{other_key(3)}", *good]
    spoil(media_root)
    restore(archive)
    assert state(media_root) == before


def test_a_backup_of_another_version_is_refused(archive, media_root):
    MigrationRecorder(connection).record_applied("jobs", "0099_of_tomorrow")
    try:
        before = state(media_root)
        with pytest.raises(CommandError, match=r"jobs\.0099_of_tomorrow"):
            restore(archive)
        assert state(media_root) == before
    finally:
        MigrationRecorder(connection).record_unapplied("jobs", "0099_of_tomorrow")


def test_a_restore_that_fails_half_way_changes_nothing(archive, media_root, monkeypatch):
    from liaison.backup import load

    spoil(media_root)
    before = state(media_root)

    def full(root, staged):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load, "_swap", full)
    with pytest.raises(CommandError, match="什么也没有改动"):
        restore(archive)
    assert state(media_root) == before
    assert not list(media_root.glob(".*"))


def test_a_backup_that_cannot_be_written_leaves_the_old_one(archive, tmp_path):
    old = archive.read_bytes()
    with pytest.raises(CommandError):
        call_command("backup", str(tmp_path / "no" / "such" / "folder"), stdout=StringIO())
    assert archive.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []


@pytest.mark.parametrize("cut", [1, 2])
def test_a_stream_cut_between_two_frames_does_not_open(settings, cut):
    file = BytesIO()
    writer = SealedWriter(file, settings.FIELD_KEYS)
    writer.write(b"x" * (CHUNK * 2 + 10))
    writer.close()
    data = file.getvalue()
    whole = SealedReader(BytesIO(data), settings.FIELD_KEYS)
    assert whole.exactly(CHUNK * 2 + 10) == b"x" * (CHUNK * 2 + 10)
    assert whole.read(1) == b""
    end = _end_of_first_frame(data) + (cut - 1) * (CHUNK + 20)
    reader = SealedReader(BytesIO(data[:end]), settings.FIELD_KEYS)
    with pytest.raises(BackupRefused):
        reader.exactly(CHUNK * cut)
