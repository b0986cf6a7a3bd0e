"""The packages that were made: which there are, whom they went to, and taking them out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, selectinload

from lti_tool.models import ExportPackage, ExportSend, now
from lti_tool.services.export_store import PackageStore

LONGEST_RECIPIENT = 255
MOST_SENDS = 200
"""Of one package: more is no history but a list of addresses."""
FILTERS = ("course", "partner", "format")
PAGE = 50
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the history; nothing said means all."""

    course: str = ""
    partner: str | None = None
    format: str = ""

    def of(self, rows: Select[ExportPackage]) -> Select[ExportPackage]:
        """Return those of the rows that are looked for."""
        if self.course:
            rows = rows.where(ExportPackage.course == self.course)
        if self.partner is not None:
            rows = rows.where(ExportPackage.partner == self.partner)
        if self.format:
            rows = rows.where(ExportPackage.format == self.format)
        return rows


@dataclass(frozen=True, slots=True)
class History:
    """Some of the packages, the last ones first. ``older`` is what to ask for after them."""

    packages: Sequence[ExportPackage]
    count: int
    older: int | None


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which courses, partners and formats the history has."""

    courses: tuple[str, ...]
    partners: tuple[str, ...]
    formats: tuple[str, ...]


def history(db: Session, wanted: Wanted, before: int | None = None, most: int = PAGE) -> History:
    """Return the packages that are looked for, those made before package ``before`` on."""
    count = db.scalar(wanted.of(select(func.count()).select_from(ExportPackage))) or 0  # type: ignore[arg-type]  # a count is filtered as its rows are
    rows = wanted.of(select(ExportPackage)).options(selectinload(ExportPackage.sends))
    if before is not None:
        rows = rows.where(ExportPackage.id < before)
    found = db.scalars(rows.order_by(ExportPackage.id.desc()).limit(most + 1)).all()
    shown = found[:most]
    return History(shown, count, shown[-1].id if len(found) > most else None)


def kinds(db: Session) -> Kinds:
    """Return what the history can be narrowed to."""
    columns = (ExportPackage.course, ExportPackage.partner, ExportPackage.format)
    found = [tuple(db.scalars(select(each).distinct().order_by(each))) for each in columns]
    return Kinds(*found)


def package_of(db: Session, package_id: int) -> ExportPackage | None:
    """Return a package with those whom it was sent to."""
    return db.get(ExportPackage, package_id, options=(selectinload(ExportPackage.sends),))


def twin_of(db: Session, made: ExportPackage) -> ExportPackage | None:
    """Return the very same package, for the same partner, that is kept already."""
    same = (
        ExportPackage.checksum == made.checksum,
        ExportPackage.name == made.name,
        ExportPackage.partner == made.partner,
        ExportPackage.removed_at.is_(None),
    )
    return db.scalars(select(ExportPackage).where(*same).order_by(ExportPackage.id)).first()


def lock_packages(db: Session) -> None:
    """Let nobody else keep or remove a package until the transaction ends.

    A file belongs to all packages of its content: it may not go while one of them comes.
    SQLite has one writer at a time anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE export_package IN SHARE ROW EXCLUSIVE MODE"))


def open_package(package: ExportPackage, store: PackageStore) -> IO[bytes]:
    """Return the file of a package, byte for byte as it was made. Raise ``PackageUnusable``."""
    return store.open(package.checksum)


def note_sent(package: ExportPackage, recipient: str, sent_on: date, noted_by: str) -> None:
    """Note that a package was sent to somebody."""
    if len(package.sends) < MOST_SENDS:
        package.sends.append(
            ExportSend(recipient=recipient, sent_on=sent_on, noted_by=noted_by, noted_at=now())
        )


def take_back(package: ExportPackage, send_id: int) -> bool:
    """Remove a note of sending; return whether there was one."""
    found = [each for each in package.sends if each.id == send_id]
    for each in found:
        package.sends.remove(each)
    return bool(found)


def remove(db: Session, package: ExportPackage, store: PackageStore) -> None:
    """Remove a package's file; its line stays. Raise ``OSError``.

    A file that another package has too is kept for that one.
    """
    lock_packages(db)
    package.removed_at = package.removed_at or now()
    db.flush()
    kept = select(ExportPackage.id).where(
        ExportPackage.checksum == package.checksum, ExportPackage.removed_at.is_(None)
    )
    if db.scalars(kept.limit(1)).first() is None:
        store.remove(package.checksum)
