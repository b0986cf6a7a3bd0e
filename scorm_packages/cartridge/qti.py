"""A quiz as an assessment of QTI 1.2.1, in the profile of Common Cartridge 1.3."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from scorm_packages.books.words import Words
from scorm_packages.cartridge.questions import Answer, Item, convert
from scorm_packages.manifest import XSI, add, qualified, start

QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
SCHEMA: Final = "http://www.imsglobal.org/profile/cc/ccv1p3/ccv1p3_qtiasiv1p2p1_v1p0.xsd"
RESPONSE: Final = "response"
FILE_BASE: Final = "$IMS-CC-FILEBASE$/"
"""Where platforms put the cartridge's files, in the address of a picture."""

MOST_ATTEMPTS: Final = 5
MOST_WEIGHT: Final = 99
UNLIMITED: Final = "unlimited"

_MEDIA: Final = re.compile(r'(?<= src=")(?=media/)|(?<= href=")(?=media/)')
_INNER_LINK: Final = re.compile(r' href="#[^"]*"')


@dataclass(frozen=True, slots=True)
class Assessment:
    """A quiz as a document, and what it lost: sentences."""

    root: etree._Element
    losses: tuple[str, ...]


def assessment(quiz: Mapping[str, Any], keys: Mapping[str, Any], words: Words) -> Assessment:
    """Return a quiz from what the player shows of it and from its keys."""
    losses: list[str] = []
    items: list[Item] = []
    for number, question in enumerate(quiz["questions"], 1):
        conversion = convert(question, keys[question["id"]], words)
        items += conversion.items
        losses += (f"Question {number}: {loss}" for loss in conversion.losses)
    if not quiz["graded"]:
        losses.append("The quiz counts for nothing in the course, but does in a cartridge.")
    if quiz["attempts"] > MOST_ATTEMPTS:
        losses.append(f"Cartridges allow {MOST_ATTEMPTS} attempts at most, or any number.")
    weights, is_exact = _weights(items)
    if not is_exact:
        losses.append("The questions' weights are rounded to whole numbers up to 99.")
    root = start(QTI, "questestinterop", {"xsi": XSI})
    root.set(qualified(XSI, "schemaLocation"), f"{QTI} {SCHEMA}")
    title = {"ident": quiz["id"], "title": quiz["title"]}
    whole = add(root, "assessment", attributes=title)
    _fields(whole, _assessment_fields(quiz))
    if quiz["instructions"]:
        _material(add(whole, "rubric"), quiz["instructions"])
    section = add(whole, "section", attributes={"ident": "root_section"})
    for number, (item, weight) in enumerate(zip(items, weights, strict=True), 1):
        _add_item(section, quiz["id"], item, weight, words("cartridge.question", number=number))
    return Assessment(root, tuple(losses))


def _assessment_fields(quiz: Mapping[str, Any]) -> dict[str, str]:
    attempts = quiz["attempts"]
    return {
        "cc_profile": "cc.exam.v0p1",
        "qmd_assessmenttype": "Examination",
        "qmd_scoretype": "Percentage",
        "qmd_feedbackpermitted": "Yes",
        "qmd_hintspermitted": "No",
        "qmd_solutionspermitted": "Yes",
        "cc_maxattempts": str(attempts) if 0 < attempts <= MOST_ATTEMPTS else UNLIMITED,
    }


def _weights(items: Iterable[Item]) -> tuple[list[int], bool]:
    """Return whole numbers up to 99 in the proportion of the items' weights, if there are."""
    exact = [item.weight for item in items]
    common = math.lcm(*(weight.denominator for weight in exact))
    whole = [int(weight * common) for weight in exact]
    divisor = math.gcd(*whole)
    whole = [weight // divisor for weight in whole]
    most = max(whole)
    if most <= MOST_WEIGHT:
        return whole, True
    return [max(1, round(weight * MOST_WEIGHT / most)) for weight in whole], False


def _fields(parent: etree._Element, values: Mapping[str, str]) -> None:
    metadata = add(parent, "qtimetadata")
    for name, value in values.items():
        field = add(metadata, "qtimetadatafield")
        add(field, "fieldlabel", name)
        add(field, "fieldentry", value)


def _material(parent: etree._Element, html: str) -> None:
    text = _MEDIA.sub(FILE_BASE, _INNER_LINK.sub("", html))
    add(add(parent, "material"), "mattext", text, {"texttype": "text/html"})


def _add_item(section: etree._Element, quiz: str, item: Item, weight: int, title: str) -> None:
    name = {"ident": f"{quiz}.{item.id}", "title": title}
    element = add(section, "item", attributes=name)
    is_marked = item.profile != "essay"
    fields = {
        "cc_profile": f"cc.{item.profile}.v0p1",
        "cc_weighting": str(weight),
        "qmd_scoringpermitted": "Yes",
        "qmd_computerscored": "Yes" if is_marked else "No",
    }
    _fields(add(element, "itemmetadata"), fields)
    presentation = add(element, "presentation")
    _material(presentation, item.prompt)
    if item.profile in ("fib", "essay"):
        single = {"ident": RESPONSE, "rcardinality": "Single"}
        written = add(presentation, "response_str", attributes=single)
        add(written, "render_fib", attributes={"fibtype": "String", "prompt": "Box"})
    else:
        _add_choices(presentation, item)
    if is_marked:
        _Marking(element, item).add()
    else:
        _add_solution(element, item.solution)


def _add_choices(presentation: etree._Element, item: Item) -> None:
    cardinality = "Multiple" if item.profile == "multiple_response" else "Single"
    response = {"ident": RESPONSE, "rcardinality": cardinality}
    choices = add(add(presentation, "response_lid", attributes=response), "render_choice")
    for answer in item.answers:
        label = add(choices, "response_label", attributes={"ident": answer.id})
        _material(label, answer.text)


def _add_outcome(processing: etree._Element) -> None:
    score = {"varname": "SCORE", "vartype": "Decimal", "minvalue": "0", "maxvalue": "100"}
    add(add(processing, "outcomes"), "decvar", attributes=score)


def _add_solution(element: etree._Element, html: str) -> None:
    processing = add(element, "resprocessing")
    _add_outcome(processing)
    condition = add(processing, "respcondition", attributes={"continue": "No"})
    add(add(condition, "conditionvar"), "other")
    shown = {"feedbacktype": "Solution", "linkrefid": "solution"}
    add(condition, "displayfeedback", attributes=shown)
    solution = add(add(element, "itemfeedback", attributes={"ident": "solution"}), "solution")
    _material(add(add(solution, "solutionmaterial"), "flow_mat"), html)


class _Marking:
    """How an item is marked, and what is said after each answer."""

    def __init__(self, element: etree._Element, item: Item) -> None:
        self._element = element
        self._item = item
        self._processing = add(element, "resprocessing")
        self._said: dict[str, str] = {}

    def add(self) -> None:
        _add_outcome(self._processing)
        item = self._item
        for answer in item.answers:
            if answer.feedback:
                self._condition([answer], f"feedback.{answer.id}", answer.feedback)
        self._right()
        if item.wrong:
            condition = self._start("No")
            add(add(condition, "conditionvar"), "other")
            self._say(condition, "general_incorrect_fb", item.wrong)
        for name, html in self._said.items():
            feedback = add(self._element, "itemfeedback", attributes={"ident": name})
            _material(add(feedback, "flow_mat"), html)

    def _condition(self, answers: Iterable[Answer], name: str, html: str) -> None:
        condition = self._start("Yes")
        self._equals(add(condition, "conditionvar"), answers)
        self._say(condition, name, html)

    def _right(self) -> None:
        condition = self._start("No")
        variables = add(condition, "conditionvar")
        if self._item.profile == "multiple_response":
            every = add(variables, "and")
            for answer in self._item.answers:
                self._equals(every if answer.right else add(every, "not"), [answer])
        else:
            self._equals(variables, [answer for answer in self._item.answers if answer.right])
        add(condition, "setvar", "100", {"varname": "SCORE", "action": "Set"})
        if self._item.right:
            self._say(condition, "correct_fb", self._item.right)

    def _start(self, goes_on: str) -> etree._Element:
        return add(self._processing, "respcondition", attributes={"continue": goes_on})

    def _equals(self, parent: etree._Element, answers: Iterable[Answer]) -> None:
        is_written = self._item.profile == "fib"
        case = {"case": "No"} if is_written else {}
        for answer in answers:
            text = answer.text if is_written else answer.id
            add(parent, "varequal", text, {"respident": RESPONSE, **case})

    def _say(self, condition: etree._Element, name: str, html: str) -> None:
        self._said[name] = html
        shown = {"feedbacktype": "Response", "linkrefid": name}
        add(condition, "displayfeedback", attributes=shown)
