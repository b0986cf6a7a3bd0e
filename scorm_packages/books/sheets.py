"""Workshops on paper: sheets to fill in with a pen.

They have the columns that the player prints, in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from scorm_packages.books.markup import Node, inline, made, prose
from scorm_packages.books.words import Words

Json: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Sequence[str | list[Node]]

BLANK_ROWS: Final = 6
PLAN_LINES: Final = (
    *("purpose", "scope", "mandate", "level", "promise", "method", "how", "lastMeeting"),
    *("decision", "means", "risks", "feedback", "indicator"),
)
STAGES: Final = ("means", "activities", "outputs", "effects", "impact", "unwanted")
REVIEW: Final = ("surprise", "frame", "shift", "next", "owed")


def sheet(workshop: Json, words: Words) -> list[Node]:
    """Return what the workshop asks for, room to do it, and by what it is reviewed."""
    asked = prose(workshop["instructions"], 2)
    rubric = _rubric(workshop["review"], words) if workshop["review"] else []
    return [*asked, *_SHEETS[workshop["tool"]](workshop, words), *rubric]


def sheet_answers(workshop: Json, words: Words) -> list[Node]:
    """Return where each case of a sorting belongs, and why; nothing for what has no answers."""
    if workshop["tool"] != "sorting":
        return []
    settings = workshop["settings"]
    called = {each["id"]: each["title"] for each in settings["categories"]}
    listed = made("ol", class_="answers")
    for case in settings["cases"]:
        others = made("dl", class_="remarks")
        for category, said in case["others"].items():
            others.append(made("dt", *inline(called[category])))
            others.append(made("dd", *prose(said, 2)))
        expected = words("answer.expected.is", expected="").rstrip()
        listed.append(
            made(
                "li",
                *prose(case["text"], 2),
                made("p", made("strong", expected), " ", *inline(called[case["category"]])),
                *prose(case["feedback"], 2),
                others if len(others) else None,
            )
        )
    return [listed]


def _table(title: str, heads: Sequence[str], rows: Iterable[Row]) -> Node:
    """Return a table with a caption; without rows it has empty ones."""
    blank: list[Row] = [[""] * len(heads)] * BLANK_ROWS
    return made(
        "table",
        made("caption", title),
        made("thead", made("tr", *(made("th", head, scope="col") for head in heads))),
        made("tbody", *(_row(row) for row in list(rows) or blank)),
        class_="sheet",
    )


def _row(cells: Row) -> Node:
    content = [[cell] if isinstance(cell, str) else cell for cell in cells]
    return made("tr", *(made("td", *(nodes or [""])) for nodes in content))


def _said(words: Words, prefix: str, names: Iterable[str]) -> list[str]:
    return [words(f"{prefix}.{name}") for name in names]


def _drawing(title: str, words: Words) -> Node:
    return made("div", made("p", title), made("p", words("sheet.draw")), class_="drawing")


def _map(workshop: Json, words: Words) -> list[Node]:
    actors = _said(words, "actors", ("label", "nature", "group", "presence", "note"))
    return [
        _drawing(workshop["title"], words),
        _table(words("actors.actors.title"), actors, ()),
        _table(
            words("actors.ties.title"), _said(words, "ties", ("from", "kind", "to", "note")), ()
        ),
        _table(words("actors.gaps.title"), _said(words, "gaps", ("who", "why", "how")), ()),
    ]


def _grid(_workshop: Json, words: Words) -> list[Node]:
    columns = ("power", "interest", "effect", "hasPower", "hasLegitimacy", "hasUrgency")
    heads = [words("actors.label"), *_said(words, "grid", columns)]
    readings = _said(words, "grid.reading", ("interest", "effect", "salience"))
    return [
        *(_drawing(reading, words) for reading in readings),
        _table(words("grid.ratings.title"), heads, ()),
        _table(words("grid.remarks"), [words("grid.remarks")], ()),
    ]


def _plan(_workshop: Json, words: Words) -> list[Node]:
    rows = [[words(f"plan.{name}"), ""] for name in PLAN_LINES]
    title = words("plan.title", number=1, who="").rstrip()
    return [_table(title, [words("plan.line"), words("plan.answer")], rows)]


def _chain(_workshop: Json, words: Words) -> list[Node]:
    columns = _said(words, "chain", ("sign", "against"))
    return [_table(title, [title, *columns], ()) for title in _said(words, "chain", STAGES)]


def _radar(workshop: Json, words: Words) -> list[Node]:
    heads = _said(words, "radar", ("axis", "before", "after", "proof", "next"))
    axes = workshop["settings"]["axes"]
    rows = [[f"{number}. {axis['title']}", "", "", "", ""] for number, axis in enumerate(axes, 1)]
    return [_table(workshop["title"], heads, rows)]


def _sorting(workshop: Json, words: Words) -> list[Node]:
    settings = workshop["settings"]
    heads = [words("sorting.case", number="").rstrip(), words("sorting.category")]
    categories = made(
        "ul", *(made("li", *inline(each["title"])) for each in settings["categories"])
    )
    rows: list[Row] = [[prose(case["text"]), ""] for case in settings["cases"]]
    return [
        made("p", made("strong", words("sheet.categories"))),
        categories,
        _table(workshop["title"], heads, rows),
    ]


def _portfolio(workshop: Json, words: Words) -> list[Node]:
    remarks = [
        _table(
            words("portfolio.remark.title", title=read["title"]), [words("portfolio.remark")], ()
        )
        for read in workshop["reads"]
    ]
    rows = [[question, ""] for question in _said(words, "portfolio", REVIEW)]
    heads = [words("plan.line"), words("plan.answer")]
    return [*remarks, _table(words("portfolio.review"), heads, rows)]


def _rubric(rubric: Json, words: Words) -> list[Node]:
    levels = made("dl", class_="rubric")
    for criterion in rubric["criteria"]:
        levels.append(made("dt", criterion["title"]))
        for level in criterion["levels"]:
            points = words("rubric.points", count=level["points"])
            levels.append(made("dd", f"{points} – {level['text']}"))
    title = words("rubric.title", maximum=rubric["maximum"])
    return [made("p", made("strong", title)), levels]


_SHEETS: Final[Mapping[str, Callable[[Json, Words], list[Node]]]] = {
    "map": _map,
    "grid": _grid,
    "plan": _plan,
    "chain": _chain,
    "radar": _radar,
    "sorting": _sorting,
    "portfolio": _portfolio,
}
