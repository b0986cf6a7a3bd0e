"""Ralph's server on a port of this machine, with its statements in a file.

It runs in an environment of its own, where nothing of ours is: ``python store.py PORT``. Every
statement is judged by Ralph's own code. One thing is set here that none of its settings reaches:
its backend for files refuses to write to a file that is there already, so that it would take one
request and no second.
"""

from __future__ import annotations

import sys

import uvicorn
from ralph.api import app
from ralph.backends.data.base import BaseOperationType
from ralph.backends.lrs.fs import FSLRSBackend

FSLRSBackend.default_operation_type = BaseOperationType.APPEND
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="info")
