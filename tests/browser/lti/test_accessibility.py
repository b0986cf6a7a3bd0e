"""axe finds nothing, in light and dark, on a phone and on a wide screen."""

from __future__ import annotations

from playwright.sync_api import expect

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from course_content.model import Course
from tests.browser.lti.conftest import NO_COOKIE_IN_FRAMES, OpenBrowser
from tests.browser.lti.looks import SCHEMES, WIDTHS, AxeFindings
from tests.browser.lti.person import Person, ToolLearner
from tests.browser.lti.school import School
from tests.browser.lti.test_registration import begin_registration

LINK = "Unité 1"


def test_these_looks_do_find_what_is_wrong_in_the_frame(
    person: Person, findings: AxeFindings
) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.window.locator("h1").evaluate("title => title.append(document.createElement('img'))")
    found = findings(person.page)
    assert [rule for rule in found if "image-alt" in rule] == found
    assert len(found) == len(WIDTHS) * len(SCHEMES)


def test_the_classroom_s_pages(person: Person, findings: AxeFindings) -> None:
    page, url = person.page, person.school.classroom_url
    page.goto(url)
    assert findings(page) == []
    person.sign_in(ADMINISTRATOR)
    for path in ("/", "/gradebook", "/administration", "/nowhere"):
        page.goto(f"{url}{path}")
        assert findings(page) == []


def test_the_player_in_the_classroom_s_frame(person: Person, findings: AxeFindings) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    page = person.page
    for path in learner.steps:
        if path.startswith("metier-sim/"):
            learner.go_to(path)
            assert findings(page) == []
    quiz = next(path for path in learner.quizzes if path.startswith("metier-sim/"))
    learner.go_to(quiz)
    learner.window.locator(".quiz__welcome button").click()
    looks: set[tuple[str, bool]] = set()
    for index, question in enumerate(learner.activity(quiz)["questions"]):
        rightly = index % 2 == 0
        is_new = (question["kind"], rightly) not in looks
        looks.add((question["kind"], rightly))
        expect(learner.window.locator("form.question")).to_be_visible()
        assert not is_new or findings(page) == []
        learner.answer(question, learner.response_to(quiz, question, rightly=rightly))
        assert not is_new or findings(page) == []
        learner.window.locator(".question__after > .button--main").click()
    expect(learner.window.locator(".result")).to_be_visible()
    assert findings(page) == []


def test_the_syllabus_in_a_window_of_its_own(person: Person, findings: AxeFindings) -> None:
    person.sign_in(STUDENT)
    window = person.open_window("Module 3 (entier)")
    learner = ToolLearner(window, person.course)
    learner.go_to("atelier-carte/carte-du-projet")
    learner.go_to("syllabus/syllabus")
    expect(window.locator(".voyage__unit .tag")).to_have_count(1)
    assert findings(window) == []


def test_what_one_looks_up_beside_a_unit(person: Person, findings: AxeFindings) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.go_to("metier-sim/metier")
    learner.window.locator("a.term").first.click()
    expect(learner.window.get_by_role("dialog", name="Économie sociale")).to_be_visible()
    assert findings(person.page) == []
    learner.window.get_by_role("link", name="Voir dans le glossaire").click()
    expect(learner.window.locator("dt.found")).to_be_focused()
    assert findings(person.page) == []
    learner.window.locator("a[href='#/bibliographie/bibliographie']").evaluate("a => a.click()")
    expect(learner.window.locator("h1")).to_have_text("Bibliographie")
    assert findings(person.page) == []


def test_the_instructor_s_table(person: Person, findings: AxeFindings) -> None:
    person.sign_in(INSTRUCTOR)
    expect(person.open(LINK).get_by_text("Jamais ouvert").first).to_be_visible()
    assert findings(person.page) == []
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.take(next(path for path in learner.quizzes if path.startswith("metier-sim/")))
    person.grade_arrives(LINK, "100 / 100")
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    expect(frame.get_by_role("row").filter(has_text=STUDENT.name)).to_be_visible()
    assert findings(person.page) == []


def test_the_choice_of_activities_and_its_preview(person: Person, findings: AxeFindings) -> None:
    person.sign_in(INSTRUCTOR)
    person.page.get_by_role("link", name="Ajouter une activité").click()
    picker = person.frame()
    picker.get_by_label("Chercher dans les contenus").fill("questionnaire metier")
    for tick in picker.get_by_role("checkbox").all()[-2:]:
        tick.check()
    picker.get_by_text("Titre, note et dates").first.click()
    assert findings(person.page) == []
    picker.get_by_role("button", name="Aperçu").last.click()
    expect(picker.frame_locator("#preview iframe").locator(".preview-questions")).to_be_visible()
    assert findings(person.page) == []


def test_the_pages_of_a_registration(person: Person, findings: AxeFindings) -> None:
    begin_registration(person)
    expect(person.frame().get_by_role("button", name="Inscrire cet outil")).to_be_visible()
    assert findings(person.page) == []
    page = person.page
    page.goto(page.locator("iframe.tool").get_attribute("src") or "")
    page.get_by_role("button", name="Inscrire cet outil").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("inscri")
    expect(page.get_by_role("status")).to_be_visible()
    assert findings(page) == []
    # The invitation is over: going back shows the page that says so.
    page.go_back()
    expect(page.locator("#reference")).to_be_visible()
    assert findings(page) == []


def test_the_tool_s_error_pages(person: Person, findings: AxeFindings) -> None:
    page, url = person.page, person.school.tool_url
    for path in ("/", "/lti/launch", "/lti/login", "/learn", "/class", "/nowhere"):
        page.goto(f"{url}{path}")
        expect(page.locator("h1")).to_be_visible()
        assert findings(page) == []


def test_the_pages_of_the_administration(person: Person, findings: AxeFindings) -> None:
    page, url = person.page, person.school.administration_url
    page.goto(url)
    expect(page.get_by_label("Mot de passe")).to_be_visible()
    assert findings(page) == []
    page.goto(f"{person.school.tool_url}/lti/launch")
    reference = page.locator("#reference").inner_text()
    page.goto(person.school.arrimage("admin", "enter").strip())
    assert findings(page) == []
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("heading", name="Vue d’ensemble")).to_be_visible()
    for path in (
        "",
        "/platforms",
        "/platforms/new",
        "/platforms/1",
        "/platforms/1/suspend",
        "/invitations",
        "/keys",
        "/launches",
        f"/errors?reference={reference}",
    ):
        page.goto(f"{url}{path}")
        assert findings(page) == []
    page.goto(f"{url}/platforms/new")
    page.get_by_role("button", name="Inscrire la plateforme").click()
    expect(page.locator("#mistakes")).to_be_visible()
    assert findings(page) == []
    page.goto(f"{url}/invitations")
    page.get_by_role("button", name="Faire une invitation").click()
    expect(page.get_by_text("Voici l’adresse")).to_be_visible()
    assert findings(page) == []


def test_the_offer_of_a_new_window(
    open_browser: OpenBrowser,
    school_without_storage: School,
    course: Course,
    findings: AxeFindings,
) -> None:
    page = open_browser(NO_COOKIE_IN_FRAMES).new_page()
    somebody = Person(page, school_without_storage, course)
    somebody.sign_in(STUDENT)
    somebody.card(LINK).get_by_role("link", name="Ouvrir ici").click()
    offer = page.frame_locator("iframe.tool").get_by_role("link")
    expect(offer.first).to_be_visible()
    assert findings(page) == []
