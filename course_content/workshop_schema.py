"""What the file of a workshop may say, and the model that it makes.

Every tool has the same file, with settings of its own: a setting of another tool is a
mistake, and a tool's own settings have to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import ValidationError, validates_schema

from course_content.fields import (
    Data,
    Entries,
    Flag,
    Identifier,
    Nested,
    ReaderText,
    Record,
    Text,
    Whole,
    fault,
    faults,
    records,
    refuse_repeated,
    said,
)
from course_content.model import (
    ChainWorkshop,
    Criterion,
    GridWorkshop,
    Item,
    Level,
    MapWorkshop,
    PlanWorkshop,
    PortfolioWorkshop,
    RadarAxis,
    RadarWorkshop,
    Rubric,
    SortingCase,
    SortingWorkshop,
    Workshop,
)
from course_content.problems import suggestion

SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    MapWorkshop.tool: (),
    GridWorkshop.tool: (),
    PlanWorkshop.tool: (),
    ChainWorkshop.tool: (),
    SortingWorkshop.tool: ("categories", "cases"),
    RadarWorkshop.tool: ("axes",),
    PortfolioWorkshop.tool: (),
}
"""The settings of each tool, by the names that they have in the files."""
PERSONAL: Final = frozenset({SortingWorkshop.tool, RadarWorkshop.tool, PortfolioWorkshop.tool})
"""The tools whose works are about one person: a group has none to share."""
ALL_SETTINGS: Final = tuple(dict.fromkeys(name for own in SETTINGS.values() for name in own))


class ToolName(Text):
    def read(self, value: Any) -> str:
        tool = super().read(value)
        if tool not in SETTINGS:
            raise fault(f"is “{tool[:60]}”, no tool of a workshop", suggestion(tool, SETTINGS))
        return tool


class CategoryRecord(Record):
    id = Identifier(required=True)
    title = ReaderText("inline", longest=200, required=True)


class ElsewhereRecord(Record):
    category = Identifier(required=True)
    feedback = ReaderText("block", required=True)


class CaseRecord(Record):
    id = Identifier(required=True)
    text = ReaderText("block", required=True)
    category = Identifier(required=True)
    feedback = ReaderText("block", required=True)
    others = Entries(Nested(ElsewhereRecord), most=12, load_default=list)


class AxisRecord(Record):
    id = Identifier(required=True)
    title = ReaderText(longest=120, required=True)
    hint = ReaderText(longest=400, required=True)


class LevelRecord(Record):
    points = Whole(0, 100, required=True)
    text = ReaderText(longest=400, required=True)


class CriterionRecord(Record):
    id = Identifier(required=True)
    title = ReaderText(longest=120, required=True)
    levels = Entries(Nested(LevelRecord), least=2, most=8, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_points(self, data: Data, **kwargs: Any) -> None:
        """Points say which level is meant: no two levels have the same."""
        del kwargs
        points: list[int] = [
            each["points"] for _index, each in records(data.get("levels")) if "points" in each
        ]
        if points != sorted(set(points)):
            raise faults(
                {
                    "levels": said(
                        "do not rise in points",
                        "Begin with the fewest points, and give each level more.",
                    )
                }
            )


class RubricRecord(Record):
    """How an instructor reviews what is handed in."""

    graded = Flag(load_default=True)
    criteria = Entries(Nested(CriterionRecord), least=1, most=12, required=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_ids(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        try:
            refuse_repeated(data.get("criteria"), "id")
        except ValidationError as error:
            raise faults({"criteria": error.messages}) from error


class WorkshopRecord(Record):
    """What a workshop's file says; ``tool`` says which class of the model it is."""

    id = Identifier(required=True)
    tool = ToolName(required=True)
    title = ReaderText(longest=200, required=True)
    instructions = ReaderText("block", required=True)
    reads = Entries(Identifier(), most=20, load_default=list)
    review = Nested(RubricRecord, load_default=None)
    group = Flag(load_default=False)
    categories = Entries(Nested(CategoryRecord), least=2, most=12)
    cases = Entries(Nested(CaseRecord), least=1, most=40)
    axes = Entries(Nested(AxisRecord), least=3, most=12)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _check_settings(self, data: Data, original: Any, **kwargs: Any) -> None:
        del kwargs
        tool = data.get("tool")
        if tool is None or not isinstance(original, Mapping):
            return
        own = SETTINGS[tool]
        missing = said("is missing", f"The tool “{tool}” needs it.")
        foreign = said(f"is no setting of the tool “{tool}”", "Remove it.")
        wrong: dict[str | int, Any] = {name: missing for name in own if name not in original}
        wrong |= {name: foreign for name in ALL_SETTINGS if name in original and name not in own}
        if wrong:
            raise faults(wrong)

    @validates_schema(skip_on_field_errors=False)
    def _check_group(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        tool = data.get("tool")
        if data.get("group") and tool in PERSONAL:
            remedy = "Remove it, or choose another tool: what it makes is about one person."
            raise faults({"group": said(f"is no setting of the tool “{tool}”", remedy)})

    @validates_schema(skip_on_field_errors=False)
    def _check_ids(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        for name in ALL_SETTINGS:
            try:
                refuse_repeated(data.get(name), "id")
            except ValidationError as error:
                raise faults({name: error.messages}) from error

    @validates_schema(skip_on_field_errors=False)
    def _check_categories(self, data: Data, **kwargs: Any) -> None:
        del kwargs
        categories = records(data.get("categories"))
        known = {str(each["id"]) for _index, each in categories if each.get("id")}
        wrong: dict[str | int, Any] = {
            index: {
                "category": said(
                    f"is “{case['category']}”, no category of this sorting",
                    suggestion(case["category"], known),
                )
            }
            for index, case in records(data.get("cases"))
            if case.get("category") and known and case["category"] not in known
        }
        for index, case in records(data.get("cases")):
            for place, other in records(case.get("others")):
                objection = _objection_to_other(other.get("category"), case, known)
                if objection:
                    wrong.setdefault(index, {}).setdefault("others", {})[place] = {
                        "category": objection
                    }
        if wrong:
            raise faults({"cases": wrong})


def _objection_to_other(category: str | None, case: Data, known: set[str]) -> list[str] | None:
    if category is None or not known:
        return None
    if category not in known:
        return said(f"is “{category}”, no category of this sorting", suggestion(category, known))
    if category == case.get("category"):
        return said("is where the case belongs", "Write that in the case's own feedback.")
    return None


def _sorting(data: Data, common: dict[str, Any]) -> Workshop:
    return SortingWorkshop(
        **common,
        categories=tuple(Item(each["id"], each["title"]) for each in data["categories"]),
        cases=tuple(
            SortingCase(
                id=case["id"],
                text=case["text"],
                category=case["category"],
                feedback=case["feedback"],
                others={other["category"]: other["feedback"] for other in case["others"]},
            )
            for case in data["cases"]
        ),
    )


def _radar(data: Data, common: dict[str, Any]) -> Workshop:
    axes = tuple(RadarAxis(each["id"], each["title"], each["hint"]) for each in data["axes"])
    return RadarWorkshop(**common, axes=axes)


_BUILDERS: Final[Mapping[str, Callable[[Data, dict[str, Any]], Workshop]]] = {
    MapWorkshop.tool: lambda _data, common: MapWorkshop(**common),
    GridWorkshop.tool: lambda _data, common: GridWorkshop(**common),
    PlanWorkshop.tool: lambda _data, common: PlanWorkshop(**common),
    ChainWorkshop.tool: lambda _data, common: ChainWorkshop(**common),
    SortingWorkshop.tool: _sorting,
    RadarWorkshop.tool: _radar,
    PortfolioWorkshop.tool: lambda _data, common: PortfolioWorkshop(**common),
}


def build_workshop(data: Data) -> Workshop:
    """Make a workshop of data that passed ``WorkshopRecord``."""
    common = {name: data[name] for name in ("id", "title", "instructions", "group")}
    common |= {"reads": tuple(data["reads"]), "review": _rubric(data["review"])}
    return _BUILDERS[data["tool"]](data, common)


def _rubric(data: Data | None) -> Rubric | None:
    if data is None:
        return None
    criteria = tuple(
        Criterion(
            id=each["id"],
            title=each["title"],
            levels=tuple(Level(level["points"], level["text"]) for level in each["levels"]),
        )
        for each in data["criteria"]
    )
    return Rubric(criteria, data["graded"])
