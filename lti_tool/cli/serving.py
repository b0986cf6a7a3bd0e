"""``arrimage serve`` and ``arrimage worker``: the two programs that run the service."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn
from zoneinfo import ZoneInfo

import click

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.cli.common import clear_errors, open_database
from lti_tool.database import Database
from lti_tool.logs import set_up_logs
from lti_tool.services.column_making import run_columns
from lti_tool.services.courier import run_courier
from lti_tool.services.delivery import Carrier
from lti_tool.services.errands import Leases
from lti_tool.services.export_jobs import run_exports
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.regrading import run_regrading
from lti_tool.services.subscriptions import run_subscriptions
from lti_tool.services.sync_jobs import SyncDesk
from lti_tool.services.sync_nights import Night, run_syncs
from lti_tool.tool import build_tool

HOUSEKEEPING_SECONDS = 3600.0

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="The address to listen on. [default: that of ARRIMAGE_BIND]")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="The port to listen on. [default: that of ARRIMAGE_BIND]",
)
@click.option(
    "--debug",
    is_flag=True,
    help="One process that restarts when the code changes, for whoever develops the tool.",
)
def serve(host: str | None, port: int | None, debug: bool) -> None:
    """Serve the tool over HTTP until it is stopped."""
    with clear_errors():
        settings = Settings.from_environment()
        usual_host, usual_port = settings.bind
        os.environ["ARRIMAGE_BIND"] = f"{host or usual_host}:{port or usual_port}"
        settings = Settings.from_environment()
        with open_database(settings) as database:
            database.check_schema()
        if debug:
            set_up_logs("DEBUG")
            create_app(settings).run(*settings.bind, debug=True, threaded=True)
            return
    _become_gunicorn()


def _become_gunicorn() -> NoReturn:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    os.execv(sys.executable, [*command, "lti_tool.app:from_environment()"])  # noqa: S606 -- our own command, no shell


@click.command()
def worker() -> None:
    """Carry grades to the platforms' gradebooks until it is stopped.

    Several may run at once, on several machines, too. A grade that cannot be delivered is
    tried again, later and later; the learner's and the instructor's pages say what became of
    it. Gradebooks are synchronised where an instructor asks for it, or wishes it each night.
    Platforms that offer notices are asked for them, too, and the packages that were asked for
    on the export page are made.
    """
    with clear_errors():
        settings = Settings.from_environment()
        set_up_logs(settings.log_level)
        stop = _stop_on_signals()
        tool = build_tool(settings)
        tool.database.check_schema()
        carrier = Carrier(
            tool.database,
            tool.scores,
            Leases(tool.database),
            settings.calls_per_platform,
        )
        desk = SyncDesk(tool.database, tool.line_items, tool.courses, settings.calls_per_platform)
        night = Night(settings.sync_hour, ZoneInfo(settings.time_zone))
        log.info("The worker carries grades to their gradebooks.")
        helpers = (
            threading.Thread(target=_sweep, args=(tool.database, stop)),
            threading.Thread(target=run_columns, args=(tool.database, tool.line_items, stop)),
            threading.Thread(target=run_regrading, args=(tool.database, tool.courses, stop)),
            threading.Thread(
                target=run_exports, args=(tool.database, tool.exports, tool.licences, stop)
            ),
            threading.Thread(target=run_syncs, args=(desk, night, stop)),
            threading.Thread(
                target=run_subscriptions,
                args=(tool.database, tool.notice_client, tool.addresses.notices, stop),
            ),
        )
        for helper in helpers:
            helper.start()
        try:
            run_courier(carrier, tool.queue, stop, threads=settings.delivery_threads)
        finally:
            stop.set()
            for helper in helpers:
                helper.join()
            tool.close()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


def _sweep(database: Database, stop: threading.Event) -> None:
    while True:
        forget_what_is_over(database)
        if stop.wait(HOUSEKEEPING_SECONDS):
            return
