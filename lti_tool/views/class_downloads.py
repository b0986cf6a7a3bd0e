"""The class table as a file: what the page shows, on all its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, request, stream_with_context
from flask_babel import gettext as _

from course_content.model import Course, localized
from lti_tool.models import ResourceLink, WindowSession, now
from lti_tool.services.attention import RULE_WORDS
from lti_tool.services.batches import batches
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.services.class_view import TableView
from lti_tool.services.hand_made import Hold
from lti_tool.services.reports import ClassTable, LearnerRow
from lti_tool.services.sheets import Row, as_csv, as_ods
from lti_tool.views.asking import instructor_window
from lti_tool.views.context import page_language, tool
from lti_tool.views.sharing import group_label

blueprint = Blueprint("class_downloads", __name__)

ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
CSV: Final = "text/csv"
PERCENT: Final = 100.0


@blueprint.get("/api/class/table.csv")
def csv_file() -> Response:
    """Return the lines that a view of the table has, as CSV."""
    course, link, language = _asked()
    head = _head(course, link, language)
    body = as_csv(head, _rows(course, link.id), page_language())
    return _file(body, CSV, "csv")


@blueprint.get("/api/class/table.ods")
def ods_file() -> Response:
    """Return the same lines as a spreadsheet."""
    course, link, language = _asked()
    head = _head(course, link, language)
    return _file(as_ods(_("Classe"), head, _rows(course, link.id)), ODS, "ods")


def _asked() -> tuple[Course, ResourceLink, str]:
    """Return whose table it is, after the window proved that it may have it."""
    with tool().database.reading() as db:
        window: WindowSession = instructor_window(db)
        link = window.resource_link
        course = tool().courses.course(link.course)
        bring_up_to_date(tool().database, db, course, link, Share(most=None))
        return course, link, tool().courses.language(link.course, window.language)


def _head(course: Course, link: ResourceLink, language: str) -> list[str]:
    with tool().database.reading() as db:
        table = ClassTable.of(db, course, link, now())
        return [
            _("Nom"),
            *([_("Groupe")] if table.groups else []),
            _("Situation"),
            _("Étapes vues"),
            _("Étapes"),
            *(
                _("%(title)s (sur 100)", title=localized(one.title, language))
                for one in table.people.scope.activities
            ),
            _("Note (sur 100)"),
            *([_("Carnet de notes")] if table.items else []),
            _("Temps estimé (minutes)"),
            _("Dernière activité (UTC)"),
            _("À regarder"),
        ]


def _rows(course: Course, link_pk: int) -> Iterator[Row]:
    """Yield the lines, some hundreds read at a time, while the file is being sent."""
    with tool().database.reading() as db:
        link = db.get_one(ResourceLink, link_pk)
        table = ClassTable.of(db, course, link, now())
        for batch in batches(table.keys(TableView.read(request.args))):
            for line in table.lines(batch):
                yield _row(line, table)


def _row(line: LearnerRow, table: ClassTable) -> Row:
    seen = line.last_activity
    return [
        line.name or _("Personne sans nom"),
        *([", ".join(group_label(group) for group in line.groups)] if table.groups else []),
        _situation(line),
        line.visited,
        len(table.people.scope.steps),
        *(_percent(line.scores.get(one.id)) for one in table.people.scope.activities),
        _percent(line.overall),
        *([_grade(line)] if table.items else []),
        round(line.active_seconds / 60),
        seen.strftime("%Y-%m-%d %H:%M") if seen else None,
        ", ".join(_(RULE_WORDS[one.rule].label) for one in line.reasons),
    ]


def _percent(score: float | None) -> float | None:
    return None if score is None else score * PERCENT


def _situation(line: LearnerRow) -> str:
    if line.is_test_user:
        return str(_("Compte d’essai"))
    words = {
        "active": _("Dans la classe"),
        "inactive": _("Inscription suspendue"),
        "left": _("Hors de la liste"),
    }
    return str(words[line.standing])


def _grade(line: LearnerRow) -> str:
    words = {
        "sent": _("Reçue"),
        "pending": _("En attente d’envoi"),
        "refused": _("Refusée"),
        "none": _("Pas encore de note"),
    }
    if line.grade.hold is not None:
        is_kept = line.grade.hold is Hold.KEPT
        return str(_("Note du carnet gardée") if is_kept else _("Attend votre décision"))
    return str(_("Jamais envoyée") if line.is_test_user else words[line.grade.state])


def _file(body: Iterator[bytes], kind: str, suffix: str) -> Response:
    response = Response(stream_with_context(body), mimetype=kind)
    name = f"{_('classe')}-{now():%Y-%m-%d}.{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
