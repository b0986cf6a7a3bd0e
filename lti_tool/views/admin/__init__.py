"""The administration page: first-party, opened by a cookie, never in a frame.

Each module puts its pages on the one ``blueprint``, whose door is in ``room``.
"""

from lti_tool.views.admin import door, invitations, journal, keys, licences, platforms
from lti_tool.views.admin.room import blueprint

__all__ = ["blueprint", "door", "invitations", "journal", "keys", "licences", "platforms"]
