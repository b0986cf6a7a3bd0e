"""What is asked of every package's files, whatever its kind: addresses, sizes, launch pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from scorm_packages.checks.archive import Archive
from scorm_packages.checks.findings import Finding
from scorm_packages.checks.references import PAGES, references_in

HEAVY: Final = 100 * 1024**2
"""Bytes from which many platforms refuse an upload, as they are set up at first."""


def reference_findings(archive: Archive, stated: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Find what files load and is not in the package.

    ``stated`` are the addresses that the package itself says it opens: its kind reports them.
    """
    for name in sorted(archive.names):
        for reference in references_in(name, archive):
            if reference.url in stated:
                continue
            if reference.is_external:
                yield Finding(
                    name,
                    f"It loads {reference.url} from another host.",
                    "Put a copy into the package: many learners' platforms block other hosts.",
                )
            elif (path := reference.path_from(name)) and path not in archive.names:
                yield Finding(name, f"It needs {path}, which is not in the zip.", "Add the file.")


def size_findings(size: int, place: str) -> Iterator[Finding]:
    """Say that a zip of so many bytes may be too large to upload."""
    if size > HEAVY:
        yield Finding(
            place,
            f"The zip has {size // 1024**2} MiB, and many platforms take "
            f"{HEAVY // 1024**2} at most.",
            "Ask what the platform takes, shrink media, or deliver one zip for each part.",
            "warning",
        )


def launch_findings(archive: Archive, page: str) -> Iterator[Finding]:
    """Look at a launch page as somebody would who cannot see it, or not well."""
    if page not in archive.names or not page.lower().endswith(PAGES):
        return
    text = archive.read(page).decode("utf-8", "replace")
    if not text.strip():
        yield _barrier(page, "The launch page is empty.", "Give it content.")
        return
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:
        yield _barrier(page, "The launch page cannot be read.", "Write it as HTML.")
        return
    yield from _page_barriers(page, root)


def _page_barriers(page: str, root: etree._Element) -> Iterator[Finding]:
    if not (root.get("lang") or "").strip():
        yield _barrier(page, "It does not say its language.", "Set lang on <html> (WCAG 3.1.1).")
    if not (root.findtext(".//title") or "").strip():
        yield _barrier(page, "It has no title.", "Give it a <title> (WCAG 2.4.2).")
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").replace(" ", "").lower()
        if meta.get("name") == "viewport" and (
            "user-scalable=no" in content or "maximum-scale=1" in content
        ):
            yield _barrier(page, "It cannot be enlarged.", "Let readers zoom (WCAG 1.4.4).")
    for image in root.iter("img"):
        if image.get("alt") is None:
            source = image.get("src") or "an image"
            yield _barrier(
                page,
                f"{source[:80]} has no text alternative.",
                'Set alt, empty for decoration (alt=""; WCAG 1.1.1).',
            )
    for frame in root.iter("iframe", "frame"):
        if not (frame.get("title") or "").strip():
            yield _barrier(page, "A frame has no title.", "Set title (WCAG 4.1.2).")


def _barrier(page: str, message: str, remedy: str) -> Finding:
    return Finding(page, message, remedy, "warning")
