"""The export page: courses as packages, for administrators and for course designers.

It has the administration's door and cookie (``views.admin.room``), and a wider entrance. Each
module puts its pages on the one ``blueprint``, whose guard is in ``room``.
"""

from lti_tool.views.exports import jobs, order, packages
from lti_tool.views.exports.room import blueprint

__all__ = ["blueprint", "jobs", "order", "packages"]
