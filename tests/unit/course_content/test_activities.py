import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from course_content.activities import Voice, activity_keys, public_activity, shuffled
from course_content.markdown import Setting
from course_content.model import Course
from course_content.scoring import mark, verdict

VOICE = Voice(Setting("fr"))


def shown(course: Course) -> dict[str, Any]:
    activity = public_activity(course.activity("quiz-tout"), VOICE)
    return {question["id"]: question for question in activity["questions"]}


def keys(course: Course) -> dict[str, Any]:
    return activity_keys(course.activity("quiz-tout"), VOICE)


IDS = st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=8, unique=True)


@given(IDS, st.text(max_size=6))
def test_a_shuffle_keeps_everything_and_never_shows_the_right_order(
    ids: list[str], seed: str
) -> None:
    order = shuffled(ids, seed)
    assert sorted(order) == sorted(ids)
    assert order != ids
    assert shuffled(ids, seed) == order


def test_a_single_item_has_nowhere_to_go() -> None:
    assert shuffled(["seul"], "x") == ["seul"]


def test_a_learner_sees_an_activity_without_its_answers(every_kind: Course) -> None:
    activity = public_activity(every_kind.activity("quiz-tout"), VOICE)
    assert {key: activity[key] for key in ("id", "graded", "attempts", "passMark")} == {
        "id": "quiz-tout",
        "graded": True,
        "attempts": 2,
        "passMark": 50,
    }
    assert activity["instructions"] == "<p>Répondez à <strong>tout</strong>.</p>\n"
    said = json.dumps(activity, ensure_ascii=False)
    for secret in ("correct", "feedback", "En effet", "borne haute", "stakeholder", "tolerance"):
        assert secret not in said


def test_each_kind_shows_what_is_needed_to_answer_it(every_kind: Course) -> None:
    questions = shown(every_kind)
    assert questions["seul"]["choices"] == [
        {"id": "a", "text": "Le <em>premier</em>"},
        {"id": "b", "text": "Le deuxième"},
    ]
    assert [choice["id"] for choice in questions["plusieurs"]["choices"]] == ["eau", "air", "feu"]
    assert questions["plusieurs"]["points"] == 3
    assert set(questions["affirmation"]) == {"id", "kind", "prompt", "points"}
    assert len(questions["ordre"]["items"]) == 4
    assert [left["text"] for left in questions["paires"]["left"]] == [
        *("Don", "Recherche partagée", "Expérimentation")
    ]
    assert {option["text"] for option in questions["paires"]["options"]} == {
        *("Mécénat", "Innovation", "Achat")
    }
    assert len(questions["paires"]["options"]) == 3
    assert questions["nombre"]["unit"] == "heures"
    assert "accepted" not in questions["mot"]


def test_items_to_order_are_not_shown_in_their_right_order(every_kind: Course) -> None:
    items = [item["id"] for item in shown(every_kind)["ordre"]["items"]]
    right = keys(every_kind)["ordre"]["correct"]
    assert items != right
    assert sorted(items) == sorted(right)


def test_the_keys_are_those_that_scoring_takes(every_kind: Course) -> None:
    assert keys(every_kind)["seul"] == {
        "kind": "single",
        "choices": ["a", "b"],
        "correct": "b",
        "points": 1,
        "feedback": {
            "correct": "<p>Bien.</p>\n",
            "incorrect": "<p>À revoir.</p>\n",
            "choices": {"a": "<p>Non.</p>\n", "b": "<p>Oui.</p>\n"},
        },
    }
    assert keys(every_kind)["nombre"]["correct"] == 25
    assert keys(every_kind)["nombre"]["tolerance"] == 0.5
    assert keys(every_kind)["nombre"]["feedback"]["anticipated"] == [
        {"answer": "30", "html": "<p>C’est la borne haute.</p>\n"}
    ]
    assert keys(every_kind)["affirmation"]["feedback"] == {
        "true": "<p>Relisez.</p>\n",
        "false": "<p>En effet.</p>\n",
    }


def test_a_solution_to_every_question_gets_full_marks(every_kind: Course) -> None:
    answers: dict[str, Any] = {
        "seul": "b",
        "plusieurs": ["air", "eau"],
        "affirmation": False,
        "ordre": keys(every_kind)["ordre"]["correct"],
        "paires": keys(every_kind)["paires"]["correct"],
        "nombre": "25,5",
        "mot": "Stakeholder",
    }
    for question_id, key in keys(every_kind).items():
        assert mark(key, answers[question_id]).correct
        assert mark(key, verdict(key, answers[question_id])["solution"]).correct


def test_two_left_sides_may_share_their_right_side(every_kind: Course) -> None:
    key = keys(every_kind)["paires"]
    assert len(key["correct"]) == 3
    assert len(set(key["correct"].values())) == 2
    assert sorted(key["options"]) == sorted(
        option["id"] for option in shown(every_kind)["paires"]["options"]
    )


def test_keys_survive_json_unchanged(every_kind: Course) -> None:
    assert json.loads(json.dumps(keys(every_kind))) == keys(every_kind)
