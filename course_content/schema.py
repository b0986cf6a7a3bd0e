"""What the YAML files of a course may say, and the model that it makes.

Loading a schema checks a file and returns plain data; what is wrong comes as
marshmallow's ``ValidationError``, each message two lines: what is wrong, and how to
mend it. Once every file is right, ``build`` functions turn the data into the model.
A kind of question is one schema here, registered by its ``kind``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any, ClassVar, Final

from marshmallow import ValidationError, validates_schema

from course_content.addresses import GLOSSARY
from course_content.fields import (
    LANGUAGE,
    LONGEST_ID,
    Data,
    Entries,
    Entry,
    Flag,
    Identifier,
    Nested,
    Number,
    Patterned,
    ReaderText,
    Record,
    Text,
    Whole,
    fault,
    faults,
    load_record,
    records,
    refuse_repeated,
    repeated,
    said,
)
from course_content.model import (
    CONTRIBUTIONS,
    AnticipatedAnswer,
    Choice,
    Feedback,
    Item,
    Localized,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Pair,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from course_content.problems import suggestion
from course_content.scoring import NUMERIC_SLACK, normalized_text, parsed_number

_REFERENCE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
PAGE_FILE = re.compile(r"(?:[0-9]+-)?(?P<step>[a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_RECORD_FILE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.yaml")


# --- Questions -----------------------------------------------------------------------------


class FeedbackRecord(Record):
    correct = ReaderText("block")
    partial_ = ReaderText("block", data_key="partial", attribute="partial")
    incorrect = ReaderText("block")


class AnticipatedRecord(Record):
    answer = Text(required=True)
    feedback = ReaderText("block", required=True)


class ChoiceRecord(Record):
    id = Identifier()
    text = ReaderText("inline", required=True)
    correct = Flag(load_default=False)
    feedback = ReaderText("block", required=True)


class PairRecord(Record):
    left = ReaderText("inline", required=True)
    right = ReaderText("inline", required=True)
    feedback = ReaderText("block")


def _opaque_id(*words: str) -> str:
    """Return a short id that tells nothing of the place its bearer had in the file."""
    digest = hashlib.sha256("\x1f".join(words).encode()).hexdigest()
    return f"i{digest[:9]}"


def _feedback(data: Data) -> Feedback:
    return Feedback(**data.get("feedback", {}))


def _first_text(text: Localized) -> str:
    return next(iter(text.values()))


class KindName(Text):
    def read(self, value: Any) -> str:
        kind = super().read(value)
        if kind not in QUESTION_RECORDS:
            raise fault(
                f"is “{kind[:60]}”, no kind of question", suggestion(kind, QUESTION_RECORDS)
            )
        return kind


class QuestionRecord(Record):
    """What every kind of question has. ``kind`` names the subclass in the files."""

    kind_name: ClassVar[str] = ""

    id = Identifier(required=True)
    kind = KindName(required=True)
    prompt = ReaderText("block", required=True)
    competencies = Entries(Identifier(), load_default=list)
    points = Whole(1, 100, load_default=1)
    feedback = Nested(FeedbackRecord, load_default=dict)

    def build(self, data: Data) -> Question:
        """Make the question of data that passed."""
        raise NotImplementedError

    @staticmethod
    def common(data: Data) -> dict[str, Any]:
        return {
            "id": data["id"],
            "prompt": data["prompt"],
            "points": data["points"],
            "competencies": tuple(data["competencies"]),
            "feedback": _feedback(data),
        }


class GenerallyAnswered(QuestionRecord):
    """A question that has no feedback on each answer: the general one has to be there."""

    @validates_schema(skip_on_field_errors=False)
    def _require_general_feedback(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        feedback = data.get("feedback")
        wrong = {
            key: said("is missing", "Say what a learner who answers so should know.")
            for key in ("correct", "incorrect")
            if isinstance(feedback, dict) and key not in feedback
        }
        if wrong:
            raise faults({"feedback": wrong})


class _ChoicesRecord(QuestionRecord):
    choices = Entries(Nested(ChoiceRecord), least=2, most=26, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_choices(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        choices = [choice for _index, choice in records(data.get("choices"))]
        if not choices:
            return
        ids = enumerate(self.choice_ids(choices))
        wrong: dict[str | int, Any] = {
            index: {"id": said(f"repeats “{value}”", "Rename one of them.")}
            for index, value in repeated(ids)
        }
        right = sum(choice.get("correct") is True for choice in choices)
        objection = self.objection_to(right)
        if objection:
            wrong["_schema"] = objection
        if wrong:
            raise faults({"choices": wrong})

    def objection_to(self, right: int) -> list[str] | None:
        """Return what is wrong with that number of right choices, if anything."""
        raise NotImplementedError

    @staticmethod
    def choice_ids(choices: Sequence[Data]) -> list[str]:
        return [
            choice.get("id") or letter
            for choice, letter in zip(choices, ascii_lowercase, strict=False)
        ]

    @classmethod
    def built_choices(cls, data: Data) -> tuple[Choice, ...]:
        choices = data["choices"]
        return tuple(
            Choice(
                id=choice_id, text=each["text"], correct=each["correct"], feedback=each["feedback"]
            )
            for choice_id, each in zip(cls.choice_ids(choices), choices, strict=True)
        )


class SingleChoiceRecord(_ChoicesRecord):
    kind_name = "single"

    def objection_to(self, right: int) -> list[str] | None:
        if right == 1:
            return None
        return said(
            f"has {right} right choices, and a single choice has exactly 1",
            "Mark one choice “correct: true”, or make the question “kind: multiple”.",
        )

    def build(self, data: Data) -> Question:
        return SingleChoice(**self.common(data), choices=self.built_choices(data))


class MultipleChoiceRecord(_ChoicesRecord):
    kind_name = "multiple"

    def objection_to(self, right: int) -> list[str] | None:
        if right:
            return None
        return said("has no right choice", "Mark at least one choice “correct: true”.")

    def build(self, data: Data) -> Question:
        return MultipleChoice(**self.common(data), choices=self.built_choices(data))


class TrueFalseRecord(QuestionRecord):
    kind_name = "true_false"

    answer = Flag(required=True)
    when_true = ReaderText("block", required=True)
    when_false = ReaderText("block", required=True)

    def build(self, data: Data) -> Question:
        return TrueFalse(
            **self.common(data),
            answer=data["answer"],
            when_true=data["when_true"],
            when_false=data["when_false"],
        )


def _refuse_same_texts(entries: Iterable[tuple[int, object]]) -> dict[str | int, Any]:
    texts = (
        (index, normalized_text(_first_text(text)))
        for index, text in entries
        if isinstance(text, dict) and text
    )
    return {
        index: said("says the same as another one", "Make the two differ.")
        for index, _text in repeated(texts)
    }


class OrderingRecord(GenerallyAnswered):
    kind_name = "ordering"

    items = Entries(ReaderText("inline"), least=2, most=20, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_items(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        wrong = _refuse_same_texts(enumerate(data.get("items") or ()))
        if wrong:
            raise faults({"items": wrong})

    def build(self, data: Data) -> Question:
        items = tuple(
            Item(id=_opaque_id(data["id"], _first_text(text)), text=text) for text in data["items"]
        )
        return Ordering(**self.common(data), items=items)


class MatchingRecord(GenerallyAnswered):
    """Two left sides may have the same right side: it is then one option."""

    kind_name = "matching"

    pairs = Entries(Nested(PairRecord), least=2, most=20, required=True)
    distractors = Entries(ReaderText("inline"), most=20, load_default=list)

    @validates_schema(skip_on_field_errors=False)
    def _check_sides(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        pairs = list(records(data.get("pairs")))
        lefts = _refuse_same_texts((index, pair.get("left")) for index, pair in pairs)
        rights = [(-1, pair.get("right")) for _index, pair in pairs]
        distinct = {id(text): text for _index, text in rights}
        options = {
            normalized_text(_first_text(text)): (-1, text)
            for text in distinct.values()
            if isinstance(text, dict) and text
        }
        same = _refuse_same_texts([*options.values(), *enumerate(data.get("distractors") or ())])
        wrong: dict[str | int, Any] = {}
        if lefts:
            wrong["pairs"] = {index: {"left": words} for index, words in lefts.items()}
        if same:
            wrong["distractors"] = same
        if wrong:
            raise faults(wrong)

    def build(self, data: Data) -> Question:
        def item(side: str, text: Localized) -> Item:
            name = normalized_text(_first_text(text))
            return Item(id=_opaque_id(data["id"], side, name), text=text)

        return Matching(
            **self.common(data),
            pairs=tuple(
                Pair(
                    item("left", pair["left"]),
                    item("right", pair["right"]),
                    pair.get("feedback", {}),
                )
                for pair in data["pairs"]
            ),
            distractors=tuple(item("right", text) for text in data["distractors"]),
        )


class _TypedRecord(GenerallyAnswered):
    anticipated = Entries(Nested(AnticipatedRecord), most=20, load_default=list)

    @staticmethod
    def built_answers(data: Data) -> tuple[AnticipatedAnswer, ...]:
        return tuple(
            AnticipatedAnswer(each["answer"], each["feedback"]) for each in data["anticipated"]
        )

    def _refuse_answers(self, data: Data, objection: Callable[[str], list[str] | None]) -> None:
        wrong: dict[str | int, Any] = {}
        for index, anticipated in records(data.get("anticipated")):
            answer = anticipated.get("answer")
            words = objection(answer) if answer is not None else None
            if words:
                wrong[index] = {"answer": words}
        if wrong:
            raise faults({"anticipated": wrong})


_RIGHT_ALREADY = said(
    "is a right answer, and only wrong ones are anticipated", "Remove it, or correct it."
)


class NumericRecord(_TypedRecord):
    kind_name = "numeric"

    answer = Number(required=True)
    tolerance = Number(load_default=0.0)
    unit = ReaderText()

    @validates_schema(skip_on_field_errors=False)
    def _check_tolerance(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        if data.get("tolerance", 0) < 0:
            raise faults({"tolerance": said("is negative", "Write 0 or more.")})

    @validates_schema(skip_on_field_errors=False)
    def _check_answers(self, data: Data, **kwargs: Any) -> None:
        del kwargs

        def objection(answer: str) -> list[str] | None:
            number = parsed_number(answer)
            if number is None:
                return said("is not a number", "Write it as a learner would type it: 2,5.")
            distance = abs(number - data.get("answer", float("inf")))
            right = distance <= data.get("tolerance", 0) + NUMERIC_SLACK
            return _RIGHT_ALREADY if right else None

        self._refuse_answers(data, objection)

    def build(self, data: Data) -> Question:
        return Numeric(
            **self.common(data),
            answer=data["answer"],
            tolerance=data["tolerance"],
            unit=data.get("unit", {}),
            anticipated=self.built_answers(data),
        )


class ShortTextRecord(_TypedRecord):
    kind_name = "text"

    accepted = Entries(Text(), least=1, most=50, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_accepted(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        wrong: dict[str | int, Any] = {
            index: said("has no letter or figure", "Write a word that can be typed.")
            for index, text in enumerate(data.get("accepted") or ())
            if isinstance(text, str) and not normalized_text(text)
        }
        if wrong:
            raise faults({"accepted": wrong})

    @validates_schema(skip_on_field_errors=False)
    def _check_answers(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        right = {normalized_text(text) for text in data.get("accepted") or () if text}

        def objection(answer: str) -> list[str] | None:
            return _RIGHT_ALREADY if normalized_text(answer) in right else None

        self._refuse_answers(data, objection)

    def build(self, data: Data) -> Question:
        return ShortText(
            **self.common(data),
            accepted=tuple(data["accepted"]),
            anticipated=self.built_answers(data),
        )


QUESTION_RECORDS: Final[Mapping[str, type[QuestionRecord]]] = {
    record.kind_name: record
    for record in (
        SingleChoiceRecord,
        MultipleChoiceRecord,
        TrueFalseRecord,
        OrderingRecord,
        MatchingRecord,
        NumericRecord,
        ShortTextRecord,
    )
}


class QuestionEntry(Entry):
    """A question of any kind: its ``kind`` chooses the record that reads it."""

    def read(self, value: Any) -> Data:
        kind = str(value.get("kind")) if isinstance(value, Mapping) else ""
        if kind not in QUESTION_RECORDS and isinstance(value, Mapping):
            # Which other keys are right depends on the kind: those are not looked at.
            value = {key: value[key] for key in value if key in QuestionRecord().fields}
        return load_record(QUESTION_RECORDS.get(kind, QuestionRecord), value)


def _refuse_repeated_ids(data: Data, entries: str) -> None:
    try:
        refuse_repeated(data.get(entries), "id")
    except ValidationError as error:
        raise faults({entries: error.messages}) from error


class QuizRecord(Record):
    id = Identifier(required=True)
    title = ReaderText(longest=200, required=True)
    instructions = ReaderText("block", required=True)
    graded = Flag(load_default=True)
    attempts = Whole(0, 99, load_default=0)
    pass_mark = Whole(0, 100, load_default=60)
    questions = Entries(QuestionEntry(), least=1, most=100, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_ids(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        _refuse_repeated_ids(data, "questions")


def build_quiz(data: Data) -> Quiz:
    """Make a quiz of data that passed ``QuizRecord``."""
    return Quiz(
        id=data["id"],
        title=data["title"],
        instructions=data["instructions"],
        graded=data["graded"],
        attempts=data["attempts"],
        pass_mark=data["pass_mark"],
        questions=tuple(
            QUESTION_RECORDS[question["kind"]]().build(question) for question in data["questions"]
        ),
    )


# --- Units and the course ------------------------------------------------------------------


class OutcomeRecord(Record):
    text = ReaderText(required=True)
    competency = Identifier()


class StepRecord(Record):
    page = Patterned(PAGE_FILE, "Name the page such as 01-lecon.md, beside unit.yaml.")
    quiz = Patterned(_RECORD_FILE, "Name the file such as quiz.yaml, beside unit.yaml.")
    workshop = Patterned(_RECORD_FILE, "Name the file such as carte.yaml, beside unit.yaml.")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _require_one(self, data: Data, original: Any, **kwargs: Any) -> None:
        del data, kwargs
        if sum(kind in original for kind in ("page", "quiz", "workshop")) != 1:
            raise fault(
                "is not one page, quiz or workshop",
                "Write “page:”, “quiz:” or “workshop:”, one of them.",
            )


class UnitRecord(Record):
    title = ReaderText(longest=200, required=True)
    minutes = Whole(1, 600, required=True)
    outcomes = Entries(Nested(OutcomeRecord), least=1, most=20, required=True)
    steps = Entries(Nested(StepRecord), least=1, most=100, required=True)
    references = Entries(Patterned(_REFERENCE_KEY, "Write a reference's key."), load_default=list)


class SyllabusFieldRecord(Record):
    id = Identifier(required=True)
    label = ReaderText(longest=200, required=True)
    value = ReaderText(allow_none=True, load_default=None)


class SyllabusRecord(Record):
    page = Patterned(PAGE_FILE, "Name the page such as syllabus.md.", required=True)
    fields_ = Entries(
        Nested(SyllabusFieldRecord), data_key="fields", attribute="fields", load_default=list
    )


class CompetencyRecord(Record):
    id = Identifier(required=True)
    title = ReaderText(required=True)


class ReferenceRecord(Record):
    remedy: ClassVar[str] = "Use letters without accents, figures, hyphens."

    key = Patterned(_REFERENCE_KEY, remedy, longest=LONGEST_ID, required=True)
    text = Text(longest=2000, required=True)
    label = Text(longest=100)
    doi = Patterned(_DOI, "Write it from “10.” on, without https://doi.org/.")
    url = Patterned(_WEB_ADDRESS, "Write an address that begins with https://.", longest=2000)


class TermRecord(Record):
    id = Identifier(required=True)
    term = ReaderText(longest=200, required=True)
    text = ReaderText("block", required=True)


class GlossaryRecord(Record):
    """The file of the glossary, in which order does not count: pages are sorted."""

    terms = Entries(Nested(TermRecord), least=1, most=500, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_ids(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        _refuse_repeated_ids(data, "terms")
        wrong: dict[str | int, Any] = {
            index: {"id": said(f"is “{GLOSSARY}”, the page's own name", "Choose another id.")}
            for index, term in records(data.get("terms"))
            if term.get("id") == GLOSSARY
        }
        if wrong:
            raise faults({"terms": wrong})


class PartRecord(Record):
    id = Identifier(required=True)
    title = ReaderText(longest=200, required=True)
    summary = ReaderText(required=True)
    units = Entries(Identifier(), load_default=list)


class ContributionName(Text):
    """One of ``CONTRIBUTIONS``."""

    def read(self, value: Any) -> str:
        role = super().read(value)
        if role not in CONTRIBUTIONS:
            raise fault(f"is no contribution: “{role[:60]}”", suggestion(role, CONTRIBUTIONS))
        return role


class ContributorRecord(Record):
    role = ContributionName(required=True)
    name = Text(longest=200, required=True)


class CourseRecord(Record):
    title = ReaderText(longest=200, required=True)
    version = Text(longest=40, required=True)
    languages = Entries(
        Patterned(LANGUAGE, "Write tags such as fr or en."), least=1, most=30, required=True
    )
    summary = ReaderText(required=True)
    licence = ReaderText(required=True)
    syllabus = Nested(SyllabusRecord, required=True)
    competencies = Entries(Nested(CompetencyRecord), load_default=list)
    references = Entries(Nested(ReferenceRecord), load_default=list)
    keywords = Entries(ReaderText(longest=100), most=30, load_default=list)
    contributors = Entries(Nested(ContributorRecord), most=50, load_default=list)
    glossary = Patterned(_RECORD_FILE, "Name the file such as glossaire.yaml, beside course.yaml.")
    parts = Entries(Nested(PartRecord), least=1, most=50, required=True)
