"""The classroom and the tool, each on a port of this machine, in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from werkzeug.serving import make_server

from classroom.app import create_app as create_classroom
from classroom.options import Options, ToolRegistration
from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.services.platforms import Registration, keep_platform
from lti_tool.tool import Tool
from tests.servers import free_ports


@dataclass(frozen=True)
class Applications:
    """Both, and where they are."""

    classroom: Flask
    tool: Flask
    options: Options


@contextmanager
def open_campus(database_url: str, options: Options) -> Iterator[Applications]:
    """Serve both on free ports, and tell the tool of the classroom, until the end."""
    port, tool_port = free_ports(2)
    here = replace(
        options, url=f"http://127.0.0.1:{port}", tool_url=f"http://127.0.0.1:{tool_port}"
    )
    classroom = create_classroom(here)
    app = create_app(Settings(public_url=here.tool_url, database_url=database_url))
    tool: Tool = app.extensions["arrimage"]
    told = ToolRegistration.of(here)
    registration = Registration(
        name=told.name,
        issuer=told.issuer,
        client_id=told.client_id,
        authorization_url=told.authorization_url,
        token_url=told.token_url,
        jwks_url=told.jwks_url,
        deployment_ids=(told.deployment_id,),
    )
    with tool.database.transaction() as db:
        keep_platform(db, registration)
    with _serving(classroom, port), _serving(app, tool_port):
        yield Applications(classroom, app, here)
    tool.close()


@contextmanager
def _serving(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
