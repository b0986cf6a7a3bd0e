"""Every edition with one SCO and with one a unit, played through in a browser from end to end.

What one does is the same everywhere: leave in the middle of each kind of question, fail, go on to
the next unit, come back and pass, do worse, look at it again. What the platform is to have of it
depends on the edition and on the rules of the export, which differ from cell to cell. Each call is
held to the edition's data model (``conftest.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scorm_packages.format import ZipFormat
from scorm_packages.partners import Look, Partner
from scorm_packages.scorm12 import Scorm12
from scorm_packages.scorm2004 import Scorm2004Fourth, Scorm2004Third
from tests.browser.conftest import PageAt
from tests.browser.looks import look_at
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform
from tests.browser.scorm.responses import answered, wrongly_answered
from tests.unit.scorm_packages.courses import every_kind

pytestmark = pytest.mark.long

WHOLE = "item-tous-les-genres"
QUIZ = "unite-un/quiz-un"
ANALYSED = ("seul", "plusieurs", "vrai")

Standing = str | tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """An edition and a structure, the rules of the export, and what comes of them."""

    package_format: ZipFormat
    structure: str
    rules: Mapping[str, str]
    failed: Standing
    passed: Standing

    def __str__(self) -> str:
        return f"{self.package_format.name}-{self.structure}"

    @property
    def is_2004(self) -> bool:
        return not isinstance(self.package_format, Scorm12)

    @property
    def is_split(self) -> bool:
        return self.structure == "units"

    @property
    def place(self) -> int:
        """The SCO that holds the quiz with every kind of question."""
        return 1 if self.is_split else 0

    @property
    def item(self) -> str:
        return f"{WHOLE}-unite-un" if self.is_split else WHOLE

    def options(self) -> dict[str, Any]:
        return {"structure": self.structure, **self.rules}


BOTH_WAYS = {"completion": "both", "statuses": "passed-incomplete"}
CELLS = (
    Cell(Scorm12(), "module", {}, "failed", "passed"),
    Cell(Scorm12(), "units", BOTH_WAYS, "incomplete", "passed"),
    Cell(Scorm2004Third(), "module", {}, ("completed", "failed"), ("completed", "passed")),
    Cell(
        Scorm2004Third(),
        "units",
        {"completion": "both", "statuses": "passed-failed"},
        ("completed", "failed"),
        ("completed", "passed"),
    ),
    Cell(
        Scorm2004Fourth(),
        "module",
        {"completion": "pages", "statuses": "completed-incomplete"},
        ("incomplete", "unknown"),
        ("completed", "unknown"),
    ),
    Cell(
        Scorm2004Fourth(),
        "units",
        {"statuses": "completed-failed"},
        ("completed", "failed"),
        ("completed", "unknown"),
    ),
)


@pytest.fixture(scope="module", params=CELLS, ids=str)
def cell(request: pytest.FixtureRequest) -> Cell:
    found: Cell = request.param
    return found


@pytest.fixture(scope="module")
def lms(
    cell: Cell, played: Callable[..., Platform], tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    course = every_kind(tmp_path_factory.mktemp("course"))
    return played(course, package_format=cell.package_format, **cell.options())


@dataclass(frozen=True)
class Reported:
    """What a platform has of a SCO, whichever its edition calls it."""

    standing: Standing
    raw: str
    objectives: Mapping[str, tuple[Standing, str]]

    @classmethod
    def of(cls, record: Mapping[str, Any], is_2004: bool) -> Reported:
        objectives = {
            each["id"]: (_standing(each, is_2004, "status"), each["score"]["raw"])
            for each in record["objectives"].values()
        }
        if is_2004:
            score = record["score"]
            if score["raw"] != "":
                assert float(score["scaled"]) * 100 == float(score["raw"])
            return cls(_standing(record, is_2004), score["raw"], objectives)
        core = record["core"]
        return cls(_standing(core, is_2004), core["score"]["raw"], objectives)


def _standing(record: Mapping[str, Any], is_2004: bool, name: str = "lesson_status") -> Standing:
    if is_2004:
        return record["completion_status"], record["success_status"]
    status: str = record[name]
    return status


class Story:
    """One learner's account on a platform, and the window that is open in it."""

    def __init__(self, cell: Cell, lms: Platform, page: Page) -> None:
        self.cell = cell
        self.lms = lms
        self.context = page.context
        self.page = page
        self.learner: Learner

    def opens(self, **options: Any) -> Learner:
        if self.page.is_closed():
            self.page = self.context.new_page()
        window = self.lms.launch(self.page, **{"sco": self.cell.place, **options})
        self.learner = Learner(window)
        return self.learner

    def closes(self) -> Reported:
        self.lms.leave(self.page)
        return self.reported

    def opens_again(self) -> Learner:
        """The platform takes the SCO away without a word, and starts it anew."""
        self.page.evaluate("play(current)")
        self.learner = Learner(self.lms.playing(self.page))
        return self.learner

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lms.records(self.context)[self.cell.item]
        return found

    @property
    def reported(self) -> Reported:
        return Reported.of(self.record, self.cell.is_2004)


@pytest.fixture
def story(cell: Cell, lms: Platform, page_at: PageAt) -> Story:
    """In a browser that writes numbers with commas."""
    return Story(cell, lms, page_at(locale="fr-FR"))


def test_a_module_is_left_at_any_point_failed_passed_and_looked_at_again(
    cell: Cell, story: Story
) -> None:
    leaves_in_the_middle_of_every_question(story)
    fails(cell, story)
    goes_on_to_the_next_unit(cell, story)
    passes(cell, story)
    does_worse_and_loses_nothing(story)
    looks_again_and_changes_nothing(story)


def leaves_in_the_middle_of_every_question(story: Story) -> None:
    """What was begun is there again, to the letter, however little time there was to keep it."""
    learner = story.opens()
    for path in learner.steps:
        if path not in learner.quizzes:
            learner.go_to(path)
    learner.go_to(QUIZ)
    learner.window.locator(".quiz__welcome button").click()
    for place, question in enumerate(learner.activity(QUIZ)["questions"]):
        response = learner.response_to(QUIZ, question, rightly=False)
        learner.fill(question, response)
        if place == 0:
            reported = story.closes()
            untold = (_not_yet(story.cell), "")
            assert reported.raw == ""
            assert reported.objectives == {"analyser": untold, "decider": untold}
            learner = story.opens()
        else:
            learner = story.opens_again()
        assert learner.title() == "Quiz un"
        learner.window.locator(".quiz__welcome button").click()
        assert (
            learner.window.locator("form.question h2, .quiz h2")
            .inner_text()
            .startswith(f"Question {place + 1}")
        )
        assert learner.filled(question) == response
        learner.window.locator(".question__after button[type=submit]").click()
        learner.window.locator(".question__after > .button--main").click()


def _not_yet(cell: Cell) -> Standing:
    return ("incomplete", "unknown") if cell.is_2004 else "incomplete"


def fails(cell: Cell, story: Story) -> None:
    """The quiz is all wrong; so is the other one, where the SCO has it."""
    learner = story.learner
    expect(learner.window.locator(".score__figure")).to_contain_text("0")
    for path in learner.quizzes[1:]:
        learner.take(path, rightly=False)
    learner.is_saved()
    reported = story.closes()
    assert (reported.standing, reported.raw) == (cell.failed, "0")
    missed = "failed" if cell.failed == "failed" else cell.failed
    assert reported.objectives == dict.fromkeys(("analyser", "decider"), (missed, "0"))
    told = {each["id"]: each for each in story.record["interactions"].values()}
    for question in learner.activity(QUIZ)["questions"]:
        name = question["id"]
        key = learner.boot["keys"]["quiz-un"][name]
        response = learner.response_to(QUIZ, question, rightly=False)
        one = told[f"quiz-un_{name}"]
        assert answered(one) == wrongly_answered(key, response, is_2004=cell.is_2004)
        about = "analyser" if name in ANALYSED else "decider"
        assert one["objectives"]["0"]["id"] == about


def goes_on_to_the_next_unit(cell: Cell, story: Story) -> None:
    """The page leads on where the platform follows, and else names what to open."""
    learner = story.opens()
    if not cell.is_split:
        expect(learner.window.get_by_text("Unité suivante")).to_have_count(0)
        return
    if not isinstance(cell.package_format, Scorm2004Third):
        assert look_at(learner.window) == []
    if cell.is_2004:
        learner.window.get_by_role("button", name="Unité suivante").click()
    else:
        expect(
            learner.window.get_by_text("Unité suivante\u00a0: «\u00a0Unité deux")
        ).to_be_visible()
        story.page.evaluate("play(2)")
    story.page.wait_for_function("() => current === 2")
    next_one = Learner(story.lms.playing(story.page))
    assert {path.partition("/")[0] for path in next_one.steps} == {"unite-deux"}
    next_one.go_to(next_one.quizzes[0])
    expect(next_one.window.get_by_text("Unité suivante")).to_have_count(0)
    next_one.go_to(next_one.steps[0])
    back = next_one.window.get_by_role("button", name="Unité précédente")
    expect(back).to_have_count(1 if cell.is_2004 else 0)
    next_one.is_saved()
    assert story.reported.standing == cell.failed
    story.lms.leave(story.page)
    records = story.lms.records(story.context)
    assert set(records) == {f"{WHOLE}-unite-un", f"{WHOLE}-unite-deux"}
    other = Reported.of(records[f"{WHOLE}-unite-deux"], cell.is_2004)
    assert other == Reported(_not_yet(cell), "", {"analyser": (_not_yet(cell), "")})


def passes(cell: Cell, story: Story) -> None:
    learner = story.opens()
    for path in learner.quizzes:
        learner.go_to(path)
        learner.window.locator(".result > .button").click()
        learner.answer_all(path)
    learner.is_saved()
    reported = story.closes()
    assert (reported.standing, reported.raw) == (cell.passed, "100")
    assert reported.objectives == dict.fromkeys(("analyser", "decider"), (cell.passed, "100"))


def does_worse_and_loses_nothing(story: Story) -> None:
    before = story.reported
    learner = story.opens()
    learner.go_to(QUIZ)
    learner.window.locator(".result > .button").click()
    learner.answer_all(QUIZ, rightly=False)
    learner.is_saved()
    assert story.closes() == before


def looks_again_and_changes_nothing(story: Story) -> None:
    """In review, in browsing, and where nothing counts; the page says which it is."""
    before = story.record
    for options, code in (
        ({"mode": "review"}, "review"),
        ({"mode": "browse"}, "review"),
        ({"credit": "no-credit"}, "no-credit"),
    ):
        learner = story.opens(**options)
        expect(learner.window.locator(f".notice--problem[data-code={code}]")).to_be_visible()
        learner.go_to(QUIZ)
        expect(learner.window.locator(".score__figure")).to_contain_text("0")
        learner.window.locator(".result > .button").click()
        question = learner.activity(QUIZ)["questions"][0]
        learner.answer(question, learner.response_to(QUIZ, question, rightly=False))
        assert story.closes() == Reported.of(before, story.cell.is_2004)
        said = {call.method for call in story.lms.sessions(story.context)[-1]}
        assert bool(said & {"LMSSetValue", "SetValue"}) == (code == "no-credit")
    assert story.record["suspend_data"] != before["suspend_data"]


def test_a_partner_is_told_by_its_mark_and_its_colour(
    played: Callable[..., Platform], page_at: PageAt, tmp_path_factory: pytest.TempPathFactory
) -> None:
    partner = Partner("exemple", look=Look("Université de l’Exemple", "#7a1f5c"))
    course = every_kind(tmp_path_factory.mktemp("course"))
    branded = played(course, package_format=Scorm2004Third(), partner=partner)
    window = Learner(branded.launch(page_at())).window
    expect(window.get_by_text("Université de l’Exemple")).to_be_visible()
    bar = window.locator("header.bar")
    expect(bar).to_have_css("border-bottom-color", "rgb(122, 31, 92)")
    assert look_at(window) == []
