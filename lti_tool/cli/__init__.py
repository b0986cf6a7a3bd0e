"""The command line: ``arrimage``.

Exit codes: 0 when all went well, 1 when something was found wrong, 2 when the command or
the settings are wrong.
"""

from __future__ import annotations

import click

from config.settings import PREFIX, Settings
from lti_tool.cli.lazy import LazyGroup


class ToolGroup(LazyGroup):
    """The commands, whose help ends with the environment variables that they read."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        variables = Settings.variables().values()
        with formatter.section("Environment"):
            formatter.write_dl([(f"{PREFIX}{each.name}", each.meaning) for each in variables])


@click.group(
    cls=ToolGroup,
    lazy={
        "admin": "lti_tool.cli.admin:admin",
        "course": "lti_tool.cli.courses:course",
        "db": "lti_tool.cli.db:db",
        "errors": "lti_tool.cli.errors:errors",
        "export": "lti_tool.cli.export:export",
        "keys": "lti_tool.cli.keys:keys",
        "licence": "lti_tool.cli.licences:licence",
        "package": "lti_tool.cli.package:package",
        "platform": "lti_tool.cli.platforms:platform",
        "serve": "lti_tool.cli.serving:serve",
        "worker": "lti_tool.cli.serving:worker",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="arrimage", prog_name="arrimage")
def main() -> None:
    """Serve a course to learning platforms by LTI 1.3, or box it for them."""
