"""The command line: ``arrimage``.

Exit codes: 0 when all went well, 1 when something was found wrong, 2 when the command or
the settings are wrong.
"""

from __future__ import annotations

import click

from config.settings import PREFIX, Settings
from lti_tool.cli.admin import admin
from lti_tool.cli.courses import course
from lti_tool.cli.db import db
from lti_tool.cli.errors import errors
from lti_tool.cli.export import export
from lti_tool.cli.keys import keys
from lti_tool.cli.licences import licence
from lti_tool.cli.migration import migrate_from, older_ids
from lti_tool.cli.package import package
from lti_tool.cli.platforms import platform
from lti_tool.cli.serving import serve, worker


class ToolGroup(click.Group):
    """The commands, whose help ends with the environment variables that they read."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        variables = Settings.variables().values()
        with formatter.section("Environment"):
            formatter.write_dl([(f"{PREFIX}{each.name}", each.meaning) for each in variables])


@click.group(
    cls=ToolGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="arrimage", prog_name="arrimage")
def main() -> None:
    """Serve a course to learning platforms by LTI 1.3, or box it for them."""


for command in (migrate_from, older_ids):
    platform.add_command(command)
for command in (serve, worker, db, admin, platform, keys, errors, course, export, licence, package):
    main.add_command(command)
