"""Whether a quiz follows the profile of QTI 1.2.1 that Common Cartridge has.

The rules are those that the profile's own schema states beside its grammar (rule sets 1 to
13 of ``ccv1p1_qtiasiv1p2p1``), and which many platforms silently drop a question for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.manifest import UnsafeXml, parse_untrusted, qualified

QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
ASSESSMENT: Final = "assessment"
BANK: Final = "objectbank"
YES_NO: Final = ("Yes", "No")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "cc_profile": ("cc.exam.v0p1",),
    "qmd_assessmenttype": ("Examination",),
    "qmd_scoretype": ("Percentage",),
    "qmd_feedbackpermitted": YES_NO,
    "qmd_hintspermitted": YES_NO,
    "qmd_solutionspermitted": YES_NO,
    "cc_allow_late_submission": YES_NO,
    "cc_maxattempts": ("Examination", "1", "2", "3", "4", "5", "unlimited"),
    "qmd_timelimit": (),
}
"""What may be said of a quiz, and its values; none where they are not few."""

MOST_WEIGHT: Final = 99


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a kind of question has to be. ``least`` and ``most`` count what is to choose from."""

    response: str
    cardinality: str = ""
    least: int = 0
    most: int | None = None
    tests: tuple[str, ...] = ("varequal",)


RULES: Final[Mapping[str, _Rule]] = {
    "cc.multiple_choice.v0p1": _Rule("response_lid", "Single", 3),
    "cc.multiple_response.v0p1": _Rule("response_lid", "Multiple", 2),
    "cc.true_false.v0p1": _Rule("response_lid", "Single", 2, 2),
    "cc.fib.v0p1": _Rule("response_str"),
    "cc.pattern_match.v0p1": _Rule("response_str", tests=("varequal", "varsubstring")),
    "cc.essay.v0p1": _Rule("response_str", tests=()),
}


def quiz_findings(name: str, content: bytes, root_name: str = ASSESSMENT) -> Iterator[Finding]:
    """Yield what breaks the profile in the file ``name``; ``root_name`` is what it has to be."""
    try:
        root = parse_untrusted(content)
    except UnsafeXml as error:
        yield Finding(name, f"Refused: {error}.", "Write it as XML in UTF-8.")
        return
    whole = root.find(_tag(root_name))
    if root.tag != _tag("questestinterop") or whole is None:
        message = f"It is not an <{root_name}> of QTI 1.2 in <questestinterop>."
        yield Finding(name, message, f"Use the namespace {QTI}.")
        return
    if root_name == ASSESSMENT:
        yield from _assessment(name, whole)
    items = list(whole.iter(_tag("item")))
    if not items:
        yield Finding(name, "It asks nothing.", "Put an <item> into its <section>.")
    counted = Counter(item.get("ident") for item in items)
    for ident, times in counted.items():
        if times > 1 or not ident:
            message = f"{times} questions have the identifier {ident!r}."
            yield Finding(name, message, "Give each item an ident of its own.")
    for item in items:
        yield from _Question(name, item).findings()


def _tag(name: str) -> str:
    return qualified(QTI, name)


def _fields(parent: etree._Element) -> list[tuple[str, str]]:
    return [
        (field.findtext(_tag("fieldlabel")) or "", field.findtext(_tag("fieldentry")) or "")
        for field in parent.iterfind(f"{_tag('qtimetadata')}/{_tag('qtimetadatafield')}")
    ]


def _assessment(name: str, whole: etree._Element) -> Iterator[Finding]:
    if not (whole.get("title") or "").strip():
        yield Finding(name, "The quiz has no title.", "Set title on <assessment>.")
    if len(whole.findall(_tag("section"))) != 1:
        yield Finding(name, "The quiz has not exactly one section.", "Put all items into one.")
    fields = _fields(whole)
    if "cc_profile" not in dict(fields):
        remedy = "Add the field with the value cc.exam.v0p1."
        yield Finding(name, "The quiz has no metadata field cc_profile.", remedy)
    for label, times in Counter(label for label, _value in fields).items():
        if times > 1:
            yield Finding(name, f"The metadata field {label} is there twice.", "Keep one.")
    for label, value in fields:
        known = FIELDS.get(label)
        if known is None:
            message = f"The profile has no metadata field {label!r} for a quiz."
            yield Finding(name, message, "Leave it out.", "warning")
        elif known and value not in known:
            remedy = f"Write one of {', '.join(known)}."
            yield Finding(name, f"The metadata field {label} says {value!r}.", remedy)


class _Question:
    """One item, held to the rules of its kind."""

    def __init__(self, name: str, item: etree._Element) -> None:
        self._file = name
        self._item = item
        self._name = f"The question {item.get('ident')!r}"

    def findings(self) -> Iterator[Finding]:
        metadata = self._item.find(_tag("itemmetadata"))
        fields = dict(_fields(metadata)) if metadata is not None else {}
        profile = fields.get("cc_profile", "")
        if profile not in RULES:
            yield self._wrong(
                f"is of the kind {profile!r}, which the profile does not have.",
                f"Set cc_profile to one of {', '.join(RULES)}.",
            )
            return
        weight = fields.get("cc_weighting", "1")
        if not (weight.isascii() and weight.isdigit() and 0 < int(weight) <= MOST_WEIGHT):
            yield self._wrong(f"weighs {weight!r}.", "Write a whole number from 1 to 99.")
        if profile == "cc.essay.v0p1" and fields.get("qmd_computerscored") != "No":
            remedy = "Set qmd_computerscored to No."
            yield self._wrong("is an essay, but does not say that somebody marks it.", remedy)
        yield from self._presentation(RULES[profile], profile)
        yield from self._processing(RULES[profile], profile)
        yield from self._feedback()

    def _wrong(self, message: str, remedy: str) -> Finding:
        return Finding(self._file, f"{self._name} {message}", remedy)

    def _all(self, name: str) -> list[etree._Element]:
        return list(self._item.iter(_tag(name)))

    def _presentation(self, rule: _Rule, profile: str) -> Iterator[Finding]:
        responses = [*self._all("response_lid"), *self._all("response_str")]
        if len(responses) != 1 or responses[0].tag != _tag(rule.response):
            remedy = f"Give it one <{rule.response}>, as {profile} has."
            yield self._wrong("is not answered as its kind is.", remedy)
            return
        cardinality = responses[0].get("rcardinality")
        if rule.cardinality and cardinality != rule.cardinality:
            remedy = f"Set rcardinality to {rule.cardinality}."
            yield self._wrong(f"has the cardinality {cardinality!r}.", remedy)
        count = len(self._all("response_label"))
        if count < rule.least or (rule.most is not None and count > rule.most):
            remedy = f"Give it {rule.least} choices or more."
            if rule.most is not None:
                remedy = f"Give it exactly {rule.most} choices."
            yield self._wrong(f"has {count} choices.", remedy)

    def _processing(self, rule: _Rule, profile: str) -> Iterator[Finding]:
        responses = {each.get("ident") for each in self._all(rule.response)}
        labels = {each.get("ident") for each in self._all("response_label")}
        for kind in ("varequal", "varsubstring"):
            for test in self._all(kind):
                if kind not in rule.tests:
                    yield self._wrong(f"uses <{kind}>.", f"The kind {profile} has no such test.")
                elif test.get("respident") not in responses:
                    yield self._wrong(
                        f"tests the answer {test.get('respident')!r}, which it does not ask for.",
                        "Let respident name its response.",
                    )
                elif labels and test.text not in labels:
                    yield self._wrong(
                        f"tests the choice {test.text!r}, which it does not have.",
                        "Let the test name one of its response labels.",
                    )
        if rule.tests and not any(each.text == "100" for each in self._all("setvar")):
            remedy = "Set SCORE to 100 where the answer is right."
            yield self._wrong("can never be answered rightly.", remedy)

    def _feedback(self) -> Iterator[Finding]:
        there = {each.get("ident") for each in self._all("itemfeedback")}
        shown = {each.get("linkrefid") for each in self._all("displayfeedback")}
        for name in sorted(str(each) for each in shown - there):
            remedy = "Add an itemfeedback with this ident."
            yield self._wrong(f"shows the feedback {name!r}, which is not there.", remedy)
        for name in sorted(str(each) for each in there - shown):
            remedy = "Name it in a displayfeedback, or leave it out."
            yield self._wrong(f"has the feedback {name!r}, which is never shown.", remedy)
