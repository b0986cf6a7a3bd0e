"""The commands of the classroom: serve it, say how to register it, or show everything."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from classroom import __doc__ as purpose
from classroom.demo import demonstrate
from classroom.options import (
    DEFAULT_DATA,
    DEFAULT_PORT,
    DEFAULT_TOOL_URL,
    HOST,
    Options,
    ToolRegistration,
)
from classroom.server import PortTaken, serve
from classroom.weeks.running import live

DEFAULT_TOOL_PORT = 8000
BACK_SEAT = 10
"""How much less the processor is for what runs behind the servers."""


@click.group(invoke_without_command=True, help=purpose)
@click.option("--tool-url", default=DEFAULT_TOOL_URL, show_default=True, help="The tool's origin.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Where to listen.")
@click.option(
    "--data",
    default=DEFAULT_DATA,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the keys and the gradebook.",
)
@click.option(
    "--storage/--without-storage",
    default=True,
    show_default=True,
    help="Keep things for the tool where its frame keeps no cookie; Moodle 4.5 does not.",
)
@click.option(
    "--groups",
    type=click.Choice(["service", "parameter"]),
    default="service",
    show_default=True,
    help="How the tool learns of groups: by a service, or as Moodle 4.5 by a launch parameter.",
)
@click.option(
    "--one-group/--two-groups",
    default=False,
    show_default=True,
    help="Put both students into one group, to see them work together.",
)
@click.option(
    "--whole-class/--two-students",
    default=False,
    show_default=True,
    help="Put thirty people who learn into the course, in four groups.",
)
@click.pass_context
def main(context: click.Context, /, port: int, data: Path, **chosen: Any) -> None:
    tool_url = chosen.pop("tool_url").rstrip("/")
    options = Options(f"http://{HOST}:{port}", tool_url, data, **chosen)
    context.obj = options
    if context.invoked_subcommand is None:
        click.echo(f"Demonstration classroom on {options.url}/ for the tool on {options.tool_url}")
        try:
            serve(options, port)
        except PortTaken as error:
            raise click.ClickException(f"{error}. Choose another with --port.") from error


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "arguments"]),
    default="json",
    show_default=True,
    help="A JSON object, or the command that registers the classroom in the tool.",
)
@click.pass_obj
def registration(options: Options, form: str) -> None:
    """Print what the tool must know of the classroom."""
    known = ToolRegistration.of(options)
    if form == "json":
        click.echo(json.dumps(asdict(known), ensure_ascii=False, indent=2))
    else:
        click.echo(known.command_line())


@main.command()
@click.option(
    "--application",
    default="lti_tool.app:from_environment",
    show_default=True,
    help="What makes the tool's application: it is run once more, in this process.",
)
@click.pass_obj
def weeks(options: Options, application: str) -> None:
    """Live five weeks of the whole class's work, once; both servers must run."""
    if hasattr(os, "nice"):
        os.nice(BACK_SEAT)  # whoever looks at pages meanwhile comes first
    count = live(replace(options, whole_class=True), application)
    click.echo(f"{count} visits were made.")


@main.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The classroom's port.")
@click.option("--tool-port", default=DEFAULT_TOOL_PORT, show_default=True, help="The tool's port.")
@click.option(
    "--var",
    default=Path("var"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the databases.",
)
@click.option(
    "--whole-class/--two-students",
    default=False,
    show_default=True,
    help="Have a class of thirty, who have been at work for five weeks.",
)
def demo(port: int, tool_port: int, var: Path, whole_class: bool) -> None:
    """Run the tool, its worker and the classroom together, until Ctrl+C."""
    demonstrate(port=port, tool_port=tool_port, var=var, whole_class=whole_class)
