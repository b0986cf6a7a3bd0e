"""Whether a dispatch package will be accepted, and will open: SCORM 1.2, and what is its own.

Every other package must hold all that it shows. This one says which server it needs, in its launch
page: the door that its form opens there is then no fault, and the report states it as a
dependency. Any other address is refused as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.scorm12 import Scorm12Kind
from scorm_packages.options import LICENCE, LICENCE_PLACE

SERVER: Final = "arrimage-server"
"""The name of the ``meta`` element that says which server a launch page needs."""
DOOR: Final = LICENCE_PLACE.rstrip("#")
RULES: Final = ("completion", "mastery", "statuses")


class DispatchKind(Scorm12Kind):
    """SCORM 1.2 whose launch page says that it opens on a server."""

    name = "dispatch"
    title = "SCORM 1.2, dispatch"

    def recognises(self, opened: Opened) -> bool:
        return super().recognises(opened) and any(
            _declared(page) for page in _pages(opened, self.launches(opened))
        )

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        yield from super().check(opened, lambda _name: schemas("scorm12"))
        for name in self.launches(opened):
            for page in _pages(opened, (name,)):
                yield from _page_findings(name, page)


def stated_addresses(opened: Opened, launches: tuple[str, ...]) -> frozenset[str]:
    """Return the doors that launch pages open on the servers that they say they need."""
    return frozenset(
        f"{server}{DOOR}"
        for page in _pages(opened, launches)
        for server in _declared(page)
        if server
    )


def _pages(opened: Opened, launches: tuple[str, ...]) -> Iterator[etree._Element]:
    for name in launches:
        if name not in opened.archive.names:
            continue
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        try:
            yield html.document_fromstring(opened.archive.read(name), parser=parser)
        except etree.LxmlError:
            continue


def _declared(page: etree._Element) -> list[str]:
    return [
        (meta.get("content") or "").strip()
        for meta in page.iter("meta")
        if meta.get("name") == SERVER
    ]


def _page_findings(name: str, page: etree._Element) -> Iterator[Finding]:
    declared = _declared(page)
    if len(declared) != 1:
        yield Finding(
            name,
            f"It says {len(declared)} times which server it needs.",
            f'Say it once: <meta name="{SERVER}" content="https://…">.',
        )
        return
    (server,) = declared
    if LICENCE.fullmatch(f"{server}{LICENCE_PLACE}x") is None:
        yield Finding(
            name,
            f"It needs the server {server[:80]!r}, which is no https origin.",
            "Write scheme and host alone, such as https://arrimage.example.org.",
        )
        return
    forms = [form for form in page.iter("form") if form.get("id") == "launch"]
    if len(forms) != 1:
        yield Finding(
            name,
            "It has no form that opens the course on the server it needs.",
            "Export the package again.",
        )
        return
    yield from _form_findings(name, server, forms[0], _frames(page))
    yield Finding(
        name,
        f"It opens the course on {server}: there is none where learners cannot reach that server.",
        "Have the platform's network let it through; export scorm12 where it cannot.",
        "warning",
    )


def _frames(page: etree._Element) -> set[str]:
    return {frame.get("name") or "" for frame in page.iter("iframe")} - {""}


def _form_findings(
    name: str, server: str, form: etree._Element, frames: set[str]
) -> Iterator[Finding]:
    action = form.get("action") or ""
    if action != f"{server}{DOOR}":
        yield Finding(
            name,
            f"It opens {action[:200]!r}, which is not the course's door on {server}.",
            f"Post the form to {server}{DOOR}.",
        )
    if (form.get("method") or "get").lower() != "post":
        yield Finding(
            name,
            "It sends its licence in an address, where histories and logs keep it.",
            'Set method="post" on the form.',
        )
    if form.get("target") not in frames:
        yield Finding(
            name,
            "The course would take the page's place, and the platform hear nothing of it.",
            "Name the frame as the form's target.",
        )
    fields = {each.get("name"): each.get("value") or "" for each in form.iter("input")}
    if LICENCE.fullmatch(f"{server}{LICENCE_PLACE}{fields.get('licence', '')}") is None:
        yield Finding(
            name,
            "It has no licence: the server would refuse every learner.",
            "Export the package again, under a licence.",
        )
    missing = [each for each in (*RULES, "learner") if each not in fields]
    if missing:
        yield Finding(
            name,
            f"Its form does not have: {', '.join(missing)}.",
            "Export the package again.",
        )
