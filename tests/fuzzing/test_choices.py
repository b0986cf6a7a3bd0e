"""Forms of the picker that no picker of ours sends, and what the platform gets for them."""

from __future__ import annotations

from collections.abc import Mapping

import jwt
from hypothesis import event, example, given
from hypothesis import strategies as st

from tests.functional.launch.lms import (
    ABSENT,
    DEEP_LINKING,
    DEPLOYMENT,
    INSTRUCTOR,
    LAUNCH_URL,
    LTI,
)
from tests.functional.launch.test_deep_linking import DL, SETTINGS, Form
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import TEXTS, rarely
from tests.fuzzing.world import REFERENCE, World
from tests.seeding import COURSE

OFFERED = [
    COURSE,
    f"{COURSE}/un",
    f"{COURSE}/part:apprendre",
    f"{COURSE}/activity:quiz-un",
    f"{COURSE}/syllabus",
]
VALUES = rarely(TEXTS, st.sampled_from(OFFERED))
MOMENTS = st.one_of(TEXTS, st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")))
WISHES = {
    "title": TEXTS,
    "label": TEXTS,
    "column": rarely(TEXTS, st.just("on")),
    "maximum": st.one_of(TEXTS, st.integers().map(str), st.floats().map(str)),
    "from": MOMENTS,
    "until": MOMENTS,
    "opening": rarely(TEXTS, st.sampled_from(["iframe", "window"])),
}
SET = st.lists(
    st.sampled_from(sorted(WISHES)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(OFFERED), WISHES[name])
    ),
    max_size=4,
)


def sent(text: str) -> bytes:
    """Return a text as a form may hold it, halves of characters included."""
    return text.encode(errors="surrogatepass")


@effort(40)
@given(
    settings=st.fixed_dictionaries({}, optional={"accept_multiple": st.booleans(), "data": TEXTS}),
    choices=st.lists(VALUES, max_size=4),
    wishes=SET,
    leave=rarely(TEXTS, st.none()),
    token=rarely(TEXTS, st.none()),
)
@example({}, [COURSE], [("title", COURSE, "a\x00b\ud800")], None, None)
@example({"data": "\ud800"}, [COURSE], [], None, None)
def test_no_choice_breaks_the_picker_or_leads_elsewhere(
    world: World,
    settings: Mapping[str, object],
    choices: list[str],
    wishes: list[tuple[str, str, str]],
    leave: str | None,
    token: str | None,
) -> None:
    browser = world.app.test_client()
    picker = world.lms.enter(
        browser,
        lti_message_type="LtiDeepLinkingRequest",
        lti_roles=[INSTRUCTOR],
        lti_resource_link=ABSENT,
        **{DEEP_LINKING: {**SETTINGS, **settings}},
    )
    assert picker.status_code in {200, 400}, picker.text
    if picker.status_code != 200:
        return
    before = world.rows()
    form: dict[str, object] = {
        "selection": Form(picker.text).hidden["selection"] if token is None else sent(token),
        "choice": [sent(choice) for choice in choices],
        **{f"{name}:{value}": sent(text) for name, value, text in wishes},
    }
    if leave is not None:
        form["leave"] = sent(leave)

    answer = browser.post("/lti/deep-linking", data=form)
    seen = browser.post("/lti/deep-linking/preview", data={**form, "preview": form["choice"]})

    event(f"answered {answer.status_code}")
    assert answer.status_code in {200, 400, 401, 422}, answer.text
    assert seen.status_code in {200, 400, 401}, seen.text
    assert world.rows() == before
    if answer.status_code in {400, 401}:
        assert REFERENCE.search(answer.text)
    signed = Form(answer.text).hidden.get("JWT")
    if signed is None:
        return
    claims = jwt.decode(signed, options={"verify_signature": False})
    assert token is None
    assert claims[f"{LTI}deployment_id"] == DEPLOYMENT
    assert claims.get(f"{DL}data") == settings.get("data")
    for item in claims[f"{DL}content_items"]:
        assert item["url"] == LAUNCH_URL
        assert item["title"].isprintable()
        assert item["custom"]["course"] == COURSE
