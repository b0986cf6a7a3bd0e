"""Quizzes of a cartridge, read by Pyslet, which has QTI 1.2.1 from the specification's own DTD.

It is the one reader of this version of QTI that could be installed; the cartridge around the
quizzes is read by nobody but us.
"""

import io
import logging
import warnings

import pytest

from scorm_packages.common_cartridge import CommonCartridge
from tests.unit.scorm_packages.boxes import box, content
from tests.unit.scorm_packages.courses import every_kind

with warnings.catch_warnings():
    # It warns of its own old names.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyslet.qtiv1 import common, item, xml


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    """The only section of a quiz with a question of every kind, as Pyslet has it."""
    folder = tmp_path_factory.mktemp("cartridge")
    package = box(every_kind(folder / "course"), CommonCartridge(), folder)
    document = xml.QTIDocument()
    # It misses paragraphs around choices, whose text may be HTML without any.
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            document.read(src=io.BytesIO(content(package, "unite-un.quiz-un.xml")))
    finally:
        logging.disable(logging.NOTSET)
    (only,) = document.root.Assessment.SectionMixin
    return only


def answers(element, sign=""):
    """What a condition compares with, in order; a minus sign stands for what must not be."""
    for child in element.get_children():
        if isinstance(child, common.VarEqual):
            yield sign + child.get_value()
        elif isinstance(child, common.And | common.Not):
            yield from answers(child, "-" if isinstance(child, common.Not) else sign)


def test_a_stranger_reads_every_question_and_its_right_answer(section):
    read = {}
    for question in section.SectionItemMixin:
        (processing,) = question.ResProcessing
        (right,) = (
            condition
            for condition in processing.get_children()
            if isinstance(condition, item.RespCondition) and condition.SetVar
        )
        read[question.ident] = list(answers(right.ConditionVar))
    assert read == {
        "quiz-un.seul": ["b"],
        "quiz-un.plusieurs": ["a", "-b", "c", "-d"],
        "quiz-un.vrai": ["true"],
        **{f"quiz-un.ordre.i{number}": [f"{number}"] for number in (1, 2, 3, 4)},
        **{f"quiz-un.paires.l{number}": [f"r{number}"] for number in (1, 2, 3)},
        "quiz-un.nombre": ["2.4", "2,4", "2.5", "2,5", "2.6", "2,6"],
        "quiz-un.texte": ["partie prenante"],
    }


def test_a_stranger_reads_how_a_question_is_answered_and_what_is_said_then(section):
    first, *_others, last = section.SectionItemMixin
    assert [type(part).__name__ for part in first.Presentation.contentChildren] == [
        "Material",
        "ResponseLId",
    ]
    assert type(last.Presentation.contentChildren[-1]).__name__ == "ResponseStr"
    assert [feedback.ident for feedback in first.ItemFeedback] == [
        *("feedback.a", "feedback.b", "feedback.c"),
        *("correct_fb", "general_incorrect_fb"),
    ]
