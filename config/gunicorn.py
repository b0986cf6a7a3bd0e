"""How gunicorn runs the tool: ``gunicorn -c python:config.gunicorn …``, as ``serve`` does.

Each process has several threads: a platform reads our key set while we ask it for a token
(Moodle does), and must be answered by another thread than the one that waits. Those of class
tables that are followed live come on top of them.
"""

from __future__ import annotations

from typing import Any

from config.settings import Settings

_settings = Settings.from_environment()
_host, _port = _settings.bind

bind = [f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"]
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads + _settings.streams
loglevel = _settings.log_level.lower()

timeout = 60
"""Seconds without a sign of life after which a process is replaced."""
graceful_timeout = 20
"""Seconds that requests under way have to end, longer than any call to a platform."""
keepalive = 5

control_socket_disable = True
"""Signals are enough to control it, and leave no file behind."""


def post_worker_init(worker: Any) -> None:
    """Have the streams of a process end as soon as it is asked to stop: nobody waits for them."""
    worker.wsgi.extensions["arrimage"].followers.is_stopping = lambda: not worker.alive


# Addresses hold hints about persons: the tool writes its own log, without them.
accesslog = None
