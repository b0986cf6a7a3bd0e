"""Activities as the player gets them, and the keys that answers are marked with.

What a learner may see before answering and what only the marker may see are made
apart, by the same class for each kind of question.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from course_content.markdown import Setting, render, render_inline
from course_content.model import (
    AnticipatedAnswer,
    Choice,
    Item,
    Localized,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
    localized,
)
from course_content.typography import typographic

Json: TypeAlias = dict[str, Any]
Q = TypeVar("Q", bound=Question)


def shuffled(ids: Sequence[str], seed: str) -> list[str]:
    """Return distinct ids in an order that depends on ``seed`` only, never the given one.

    The given order is what the learner has to find, so it must not be shown by chance.
    A single id stays where it is.
    """
    order = sorted(ids, key=lambda each: hashlib.sha256(f"{seed}/{each}".encode()).digest())
    return order if order != list(ids) else [*order[1:], *order[:1]]


@dataclass(frozen=True, slots=True)
class Voice:
    """Says an author's texts in one language."""

    setting: Setting

    def block(self, text: Localized) -> str:
        said = localized(text, self.setting.language)
        return render(said, self.setting) if said else ""

    def inline(self, text: Localized) -> str:
        return render_inline(localized(text, self.setting.language), self.setting)

    def plain(self, text: Localized) -> str:
        language = self.setting.language
        return typographic(localized(text, language).strip(), language)

    def within(self, scope: str) -> Voice:
        """Return a voice whose ids do not collide with those of other texts."""
        return replace(self, setting=replace(self.setting, scope=scope))


def _said(texts: Iterable[tuple[str, Localized]], voice: Voice) -> Json:
    """Return the texts that say something, as HTML by name."""
    return {name: html for name, text in texts if (html := voice.block(text))}


def _choice_feedback(choices: Iterable[Choice], voice: Voice) -> Json:
    said = _said(((choice.id, choice.feedback) for choice in choices), voice)
    return {"choices": said} if said else {}


def _anticipated(answers: Iterable[AnticipatedAnswer], voice: Voice) -> Json:
    said = [{"answer": each.answer, "html": voice.block(each.feedback)} for each in answers]
    return {"anticipated": said} if said else {}


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _items(items: Iterable[Item], voice: Voice) -> dict[str, Json]:
    return {item.id: {"id": item.id, "text": voice.inline(item.text)} for item in items}


class _Form(ABC, Generic[Q]):
    """How one kind of question is shown, and how it is marked."""

    kind: ClassVar[str]

    @abstractmethod
    def shown(self, question: Q, voice: Voice, seed: str) -> Json:
        """Return what the player needs besides what every kind has. No answers."""

    @abstractmethod
    def answer(self, question: Q) -> Json:
        """Return the answer as :mod:`course_content.scoring` takes it."""

    def feedback(self, question: Q, voice: Voice) -> Json:
        """Return the feedback on particular answers."""
        del question, voice
        return {}


class _SingleForm(_Form[SingleChoice]):
    kind = "single"

    def shown(self, question: SingleChoice, voice: Voice, seed: str) -> Json:
        del seed
        return {"choices": [{"id": c.id, "text": voice.inline(c.text)} for c in question.choices]}

    def answer(self, question: SingleChoice) -> Json:
        right = next(choice.id for choice in question.choices if choice.correct)
        return {"choices": [choice.id for choice in question.choices], "correct": right}

    def feedback(self, question: SingleChoice, voice: Voice) -> Json:
        return _choice_feedback(question.choices, voice)


class _MultipleForm(_Form[MultipleChoice]):
    kind = "multiple"

    def shown(self, question: MultipleChoice, voice: Voice, seed: str) -> Json:
        del seed
        return {"choices": [{"id": c.id, "text": voice.inline(c.text)} for c in question.choices]}

    def answer(self, question: MultipleChoice) -> Json:
        return {
            "choices": [choice.id for choice in question.choices],
            "correct": [choice.id for choice in question.choices if choice.correct],
        }

    def feedback(self, question: MultipleChoice, voice: Voice) -> Json:
        return _choice_feedback(question.choices, voice)


class _TrueFalseForm(_Form[TrueFalse]):
    kind = "true_false"

    def shown(self, question: TrueFalse, voice: Voice, seed: str) -> Json:
        del question, voice, seed
        return {}

    def answer(self, question: TrueFalse) -> Json:
        return {"correct": question.answer}

    def feedback(self, question: TrueFalse, voice: Voice) -> Json:
        return _said((("true", question.when_true), ("false", question.when_false)), voice)


class _OrderingForm(_Form[Ordering]):
    kind = "ordering"

    def shown(self, question: Ordering, voice: Voice, seed: str) -> Json:
        items = _items(question.items, voice)
        return {"items": [items[item_id] for item_id in shuffled(list(items), seed)]}

    def answer(self, question: Ordering) -> Json:
        return {"correct": [item.id for item in question.items]}


class _MatchingForm(_Form[Matching]):
    kind = "matching"

    @staticmethod
    def _options(question: Matching) -> tuple[Item, ...]:
        return (*(pair.right for pair in question.pairs), *question.distractors)

    def shown(self, question: Matching, voice: Voice, seed: str) -> Json:
        options = _items(self._options(question), voice)
        return {
            "left": list(_items((pair.left for pair in question.pairs), voice).values()),
            "options": [options[option_id] for option_id in shuffled(list(options), seed)],
        }

    def answer(self, question: Matching) -> Json:
        return {
            "correct": {pair.left.id: pair.right.id for pair in question.pairs},
            "options": list(dict.fromkeys(item.id for item in self._options(question))),
        }

    def feedback(self, question: Matching, voice: Voice) -> Json:
        said = _said(((pair.left.id, pair.feedback) for pair in question.pairs), voice)
        return {"pairs": said} if said else {}


class _NumericForm(_Form[Numeric]):
    kind = "numeric"

    def shown(self, question: Numeric, voice: Voice, seed: str) -> Json:
        del seed
        unit = voice.plain(question.unit)
        return {"unit": unit} if unit else {}

    def answer(self, question: Numeric) -> Json:
        return {"correct": _number(question.answer), "tolerance": _number(question.tolerance)}

    def feedback(self, question: Numeric, voice: Voice) -> Json:
        return _anticipated(question.anticipated, voice)


class _ShortTextForm(_Form[ShortText]):
    kind = "text"

    def shown(self, question: ShortText, voice: Voice, seed: str) -> Json:
        del question, voice, seed
        return {}

    def answer(self, question: ShortText) -> Json:
        return {"accepted": list(question.accepted)}

    def feedback(self, question: ShortText, voice: Voice) -> Json:
        return _anticipated(question.anticipated, voice)


_FORMS: Mapping[str, _Form[Any]] = {
    form.kind: form
    for form in (
        _SingleForm(),
        _MultipleForm(),
        _TrueFalseForm(),
        _OrderingForm(),
        _MatchingForm(),
        _NumericForm(),
        _ShortTextForm(),
    )
}


def _shown_question(quiz: Quiz, question: Question, voice: Voice) -> Json:
    own = voice.within(f"{quiz.id}-{question.id}")
    return {
        "id": question.id,
        "kind": question.kind,
        "prompt": own.block(question.prompt),
        "points": question.points,
        **_FORMS[question.kind].shown(question, own, f"{quiz.id}/{question.id}"),
    }


def public_activity(quiz: Quiz, voice: Voice) -> Json:
    """Return all that a learner may know of an activity before answering it."""
    return {
        "id": quiz.id,
        "title": voice.plain(quiz.title),
        "instructions": voice.within(quiz.id).block(quiz.instructions),
        "graded": quiz.graded,
        "attempts": quiz.attempts,
        "passMark": quiz.pass_mark,
        "questions": [_shown_question(quiz, question, voice) for question in quiz.questions],
    }


def _key(question: Question, voice: Voice) -> Json:
    form = _FORMS[question.kind]
    general = question.feedback
    said = _said(
        (
            ("correct", general.correct),
            ("partial", general.partial),
            ("incorrect", general.incorrect),
        ),
        voice,
    )
    feedback = {**said, **form.feedback(question, voice)}
    key = {"kind": question.kind, **form.answer(question), "points": question.points}
    return {**key, "feedback": feedback} if feedback else key


def activity_keys(quiz: Quiz, voice: Voice) -> dict[str, Json]:
    """Return the key of each question of an activity, by the question's id."""
    return {
        question.id: _key(question, voice.within(f"{quiz.id}-{question.id}-feedback"))
        for question in quiz.questions
    }
