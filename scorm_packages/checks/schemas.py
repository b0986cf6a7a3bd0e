"""XML schemas from memory: no import in them reaches a disk or a network."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.manifest import XSD


class _OnlyThese(etree.Resolver):
    """Serves documents by their path, wherever the importing schema believes them to be."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def resolve(  # type: ignore[override]  # the stubs forget the context
        self, system_url: str, public_id: str, context: object
    ) -> etree._InputDocument | None:
        del public_id  # schemas have none
        name = posixpath.normpath(system_url)
        if name not in self._documents:
            name = posixpath.basename(name)
        return self.resolve_string(self._documents.get(name, b""), context, base_url=name)


def compile_schema(
    documents: Mapping[str, bytes], roots: Iterable[tuple[str, str]]
) -> etree.XMLSchema:
    """Make one schema out of ``documents``, by their path.

    ``roots`` are the namespaces to validate, each with the document that defines it. Raise
    lxml's errors when one is missing or is not a schema.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_OnlyThese(documents))
    imports = "".join(
        f'<xsd:import namespace="{namespace}" schemaLocation="{name}"/>'
        for namespace, name in roots
    )
    driver = f'<xsd:schema xmlns:xsd="{XSD}">{imports}</xsd:schema>'
    return etree.XMLSchema(etree.fromstring(driver, parser))


def schema_findings(
    schema: etree.XMLSchema, root: etree._Element, place: str, clause: str
) -> Iterator[Finding]:
    """Hold a document against a schema; ``clause`` says where its rules are written."""
    if schema.validate(root):
        return
    faults: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]  # old stubs
    for fault in faults:
        message = re.sub(r"\{[^}]*\}", "", fault.message)
        yield Finding(f"{place}, line {fault.line}", message, f"See {clause}.")
