"""Whether a finished package will be accepted, before somebody uploads it.

Three things are held against it: the schemas of its format, the rules of the format's
application profile that no schema can express, and the files that are really in the zip.
Many platforms accept a package that breaks these and show learners an empty window later.

The package may be anybody's, so nothing in it is trusted (see ``checks.archive`` and
``manifest.parse_untrusted``). Which kind it is, is seen from what lies in it, never from
its name; each kind's own rules are in a module of ``checks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scorm_packages.checks.archive import Archive, UnsafeArchive, open_archive
from scorm_packages.checks.cartridge import CommonCartridgeKind
from scorm_packages.checks.cmi5 import Cmi5Kind
from scorm_packages.checks.contents import launch_findings, reference_findings, size_findings
from scorm_packages.checks.dispatch import DispatchKind, stated_addresses
from scorm_packages.checks.epub import EpubKind
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.checks.html import HtmlKind
from scorm_packages.checks.kind import Kind, Opened, Schemas
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.checks.scorm12 import Scorm12Kind
from scorm_packages.checks.scorm2004 import Scorm2004Kind
from scorm_packages.cmi5_structure import STRUCTURE
from scorm_packages.control_documents import documents
from scorm_packages.manifest import UnsafeXml, parse_untrusted

KINDS: Final[tuple[Kind, ...]] = (
    EpubKind(),
    Cmi5Kind(),
    CommonCartridgeKind(),
    Scorm2004Kind("scorm2004-3e", "2004 3rd Edition"),
    Scorm2004Kind("scorm2004-4e", "2004 4th Edition", stands_in=True),
    DispatchKind(),
    Scorm12Kind(),
    HtmlKind(),
)
"""The kinds of package, asked in this order whether a zip is theirs."""

NOTHING_KNOWN: Final = "No known kind of package"


def check_package(package: Path, schemas: Schemas = documents) -> Report:
    """Return what is wrong with a package of any kind.

    ``schemas`` gives the schemas to validate against, those that come with Arrimage unless
    told otherwise: what a stranger's package carries is not asked whether it is sound. Raise
    ``OSError`` when the file cannot be read, ``PackageError`` when the schemas are missing.
    """
    size = package.stat().st_size
    try:
        with open_archive(package) as archive:
            opened, unreadable = _opened(archive)
            kind = next((kind for kind in KINDS if kind.recognises(opened)), None)
            launches = kind.launches(opened) if kind else ()
            found = [*unreadable]
            if kind:
                found += [*kind.check(opened, schemas), *_common(opened, launches, kind)]
            elif not unreadable:
                found.append(_unknown(opened))
            found += size_findings(size, package.name)
            return Report(
                kind.name if kind else None,
                kind.title if kind else NOTHING_KNOWN,
                len(archive.names),
                size,
                launches,
                tuple(dict.fromkeys(found)),
            )
    except UnsafeArchive as error:
        remedy = "Make the package again from its source."
        refusal = Finding(package.name, f"Refused: {error}.", remedy)
        return Report(None, NOTHING_KNOWN, 0, size, (), (refusal,))


def _opened(archive: Archive) -> tuple[Opened, list[Finding]]:
    """Read the manifest, if there is one: what it says decides of the kind."""
    if MANIFEST not in archive.names:
        return Opened(archive), []
    try:
        return Opened(archive, parse_untrusted(archive.read(MANIFEST))), []
    except UnsafeXml as error:
        remedy = "Export the package again."
        return Opened(archive), [Finding(MANIFEST, f"Refused: {error}.", remedy)]


def _unknown(opened: Opened) -> Finding:
    found = {name.rpartition("/")[2] for name in opened.archive.names}
    for manifest in (MANIFEST, STRUCTURE):
        if manifest not in found:
            continue
        return Finding(
            manifest,
            "There is no manifest at the root of the zip.",
            "Zip the content of the package's folder, not the folder itself.",
        )
    return Finding(
        MANIFEST,
        "There is no manifest at the root of the zip.",
        f"Put there what says that it is one of: {', '.join(kind.title for kind in KINDS)}.",
    )


def _common(opened: Opened, launches: tuple[str, ...], kind: Kind) -> Iterator[Finding]:
    is_dispatch = isinstance(kind, DispatchKind)
    stated = stated_addresses(opened, launches) if is_dispatch else frozenset[str]()
    yield from reference_findings(opened.archive, stated)
    for page in launches:
        yield from launch_findings(opened.archive, page)
