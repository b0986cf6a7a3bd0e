"""What a check says: findings, and the report that gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong: in which file, what it is, and how to mend it.

    An error makes some platform refuse the package or learners lose something; a warning
    tells what could be better.
    """

    place: str
    message: str
    remedy: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of a package: what it is, how large, and what is wrong with it.

    ``kind`` is the name of what it was checked as (see ``scorm_packages.check.KINDS``),
    ``None`` when it is nothing known; ``launches`` are the pages that a platform opens.
    """

    kind: str | None
    title: str
    files: int
    bytes: int
    launches: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "warning")

    def as_json(self) -> Mapping[str, Any]:
        """Return the report as JSON takes it."""
        return {**asdict(self), "sound": not self.errors}

    @classmethod
    def of_json(cls, facts: Mapping[str, Any]) -> Report:
        """Return the report that ``as_json`` told. Raise ``KeyError`` or ``TypeError``."""
        return cls(
            kind=facts["kind"],
            title=facts["title"],
            files=facts["files"],
            bytes=facts["bytes"],
            launches=tuple(facts["launches"]),
            findings=tuple(Finding(**each) for each in facts["findings"]),
        )
