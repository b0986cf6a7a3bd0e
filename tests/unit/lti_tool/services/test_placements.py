"""A teacher's form becomes content items, or says what the teacher can mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti import ContentItem, Fault, LaunchRefused
from lti_tool.models import ContentSelection
from lti_tool.services.courses import CourseShelf
from lti_tool.services.placements import (
    LARGEST_MAXIMUM,
    LONGEST_TITLE,
    MOST_ITEMS,
    Place,
    PlacementFault,
    PlacementRefused,
    content_items,
)

SHELF = CourseShelf([Path(__file__).parents[3] / "courses"], {}, lambda slug: f"/content/{slug}/")
COURSE = "deux-unites"
UNIT = f"{COURSE}/un"
PLACE = Place("https://tool.example/lti/launch", "https://tool.example/static/icon.svg")


def place(
    *choices: str, openings: tuple[str, ...] = (), several: bool = True, **settings: str
) -> list[ContentItem]:
    """Place things, with settings for the first unit."""
    selection = ContentSelection(
        accepts_several=several, accepts_line_item=True, openings=list(openings), language="fr"
    )
    fields = {f"{name.rstrip('_')}:{UNIT}": value for name, value in settings.items()}
    return content_items(selection, choices, fields, SHELF, PLACE)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"maximum": "0"}, PlacementFault.MAXIMUM),
        ({"maximum": "-3"}, PlacementFault.MAXIMUM),
        ({"maximum": "nan"}, PlacementFault.MAXIMUM),
        ({"maximum": "inf"}, PlacementFault.MAXIMUM),
        ({"maximum": "1e9"}, PlacementFault.MAXIMUM),
        ({"maximum": "vingt"}, PlacementFault.MAXIMUM),
        ({"from_": "2026-11-02T08:00"}, PlacementFault.DATE),
        ({"from_": "demain"}, PlacementFault.DATE),
        ({"until": "0001-01-01T00:00:00+14:00"}, PlacementFault.DATE),
        ({"until": "2026-11-02T08:00:00+01:00 and after"}, PlacementFault.DATE),
        (
            {"from_": "2026-11-02T08:00:00+01:00", "until": "2026-11-02T08:00:00+02:00"},
            PlacementFault.ORDER,
        ),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(
    settings: dict[str, str], fault: PlacementFault
) -> None:
    with pytest.raises(PlacementRefused) as refused:
        place(UNIT, **settings)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("choices", "several", "fault"),
    [
        ((), True, PlacementFault.NOTHING),
        ((UNIT, COURSE), False, PlacementFault.SEVERAL),
        (tuple(f"{COURSE}/{number}" for number in range(99)), True, PlacementFault.TOO_MANY),
    ],
)
def test_as_many_things_are_placed_as_the_platform_and_we_can_take(
    choices: tuple[str, ...], several: bool, fault: PlacementFault
) -> None:
    assert MOST_ITEMS < 99
    with pytest.raises(PlacementRefused) as refused:
        place(*choices, several=several)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    "choice",
    ["", "gone", f"{COURSE}/gone", f"{COURSE}/activity:gone", f"{COURSE}/part:", "../etc", "\x00"],
)
def test_what_was_not_offered_cannot_be_placed(choice: str) -> None:
    with pytest.raises(LaunchRefused) as refused:
        place(choice)
    assert refused.value.fault is Fault.COURSE_UNKNOWN


def test_without_settings_a_link_is_as_one_expects() -> None:
    (item,) = place(UNIT)
    assert item.title == "Première unité"
    assert item.column is not None
    assert (item.column.label, item.column.maximum) == ("Première unité", 100)
    assert (item.available_from, item.due_until, item.opening) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "maximum"), [("20", 20), ("12,5", 12.5), ("10 000", LARGEST_MAXIMUM), ("", 100)]
)
def test_a_maximum_is_read_as_the_french_write_it(written: str, maximum: float) -> None:
    (item,) = place(UNIT, maximum=written)
    assert item.column is not None
    assert item.column.maximum == maximum


@pytest.mark.parametrize(("column", "is_made"), [("yes", True), ("", False)])
def test_a_box_that_is_not_ticked_makes_no_column(column: str, is_made: bool) -> None:
    (item,) = place(UNIT, set="yes", column=column)
    assert (item.column is not None) is is_made


def test_what_has_no_grade_has_no_column_and_nothing_to_hand_in() -> None:
    (item,) = place(f"{COURSE}/syllabus", UNIT)[:1]
    assert item.column is None
    assert "due" not in item.custom


@pytest.mark.parametrize(
    ("wanted", "opening"), [("iframe", "iframe"), ("window", None), ("embed", None), ("", None)]
)
def test_a_link_opens_where_the_platform_lets_it(wanted: str, opening: str | None) -> None:
    (item,) = place(UNIT, openings=("iframe",), opening=wanted)
    assert item.opening == opening


@given(st.text(max_size=2 * LONGEST_TITLE + 10))
def test_any_title_is_fit_for_one_line_or_gives_way_to_ours(text: str) -> None:
    (item,) = place(UNIT, title=text)
    assert 0 < len(item.title) <= LONGEST_TITLE
    assert not set("\n\r\t\x00\u202e") & set(item.title)
    item.title.encode("utf-8")
