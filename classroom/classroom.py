"""What every request of one classroom shares."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import URLSafeTimedSerializer

from classroom.accounts import Account
from classroom.keys import Secrets
from classroom.options import Options
from classroom.people import in_gradebook
from classroom.platform import ClassroomPlatform
from classroom.store import Grade, LineItem, Store
from classroom.tools import KnownTool


@dataclass(frozen=True, slots=True)
class GradebookLine:
    """One student in one column; ``grade`` is ``None`` when nothing was ever received."""

    account: Account
    line_item: LineItem
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class Classroom:
    """The three things that there are: where, with which keys, remembering what."""

    options: Options
    secrets: Secrets
    store: Store

    def registered_tool(self) -> KnownTool | None:
        """The tool as it registered itself, if it did and is still where it was."""
        tools = (tool for tool in self.store.tools() if tool.is_at(self.options))
        return next(tools, None)

    def tool(self, client_id: str | None = None) -> KnownTool:
        """The registration of that client id, else the one that launches use now."""
        registered, told = self.registered_tool(), KnownTool.of(self.options)
        if registered is None or client_id == told.client_id:
            return told
        return registered

    def platform(self, client_id: str | None = None) -> ClassroomPlatform:
        """A platform for one request, which speaks with that registration of the tool."""
        return ClassroomPlatform(self.options, self.secrets, self.store, self.tool(client_id))

    @property
    def registrations(self) -> URLSafeTimedSerializer:
        """Signs the tokens with which the tool may register itself."""
        return URLSafeTimedSerializer(self.secrets.session_key, salt="registration")

    @property
    def pickings(self) -> URLSafeTimedSerializer:
        """Signs what a deep linking return must bring back: who was choosing."""
        return URLSafeTimedSerializer(self.secrets.session_key, salt="deep linking")

    def gradebook(self, reader: Account, link_id: str | None = None) -> list[GradebookLine]:
        """What ``reader`` may see: teachers everybody's grades, students their own, mentors
        those of the people whom they accompany.

        With ``link_id``, the columns of that link only.
        """
        items = [
            item
            for item in self.store.line_items()
            if link_id is None or item.resource_link_id == link_id
        ]
        grades = {(grade.user_id, grade.line_item_id): grade for grade in self.store.grades()}
        own = {reader.user_id} if not reader.mentored else {*reader.mentored}
        graded = in_gradebook(self.options)
        shown = graded if reader.teaches else [one for one in graded if one.user_id in own]
        return [
            GradebookLine(student, item, grades.get((student.user_id, item.id)))
            for student in shown
            for item in items
        ]
