"""``make bench-launch``: how many launches a second, beside PyLTI1p3's own example.

A launch is a login, the platform's token, and the first page, for a person never seen before.
Three tools get the same launches, in turn, on this machine: ours, as in production on a real
PostgreSQL, which stores each person, class, link, session and login; PyLTI1p3's Flask example
as it is published (``published_example.py``); and the least that such a tool can be
(``stripped_example.py``). Both of these store nothing. Their descriptions say what they do, and
in what they differ from what is published. All three run under gunicorn, with the same settings
and two processes.

Every answer is checked. What is printed are medians of alternating runs, the ratios of the runs
that followed one another, and the time that a launch takes of the processors: the former also
tell what else the machine had to do, the latter hardly.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import jwt

from benchmarks.load import CLIENT_ID, DEPLOYMENT, ISSUER, Signer, Tool, launches
from benchmarks.tools import Running, key_server, our_tool, published_tool, stripped_tool
from lti_tool.lti import KeySets, verify_launch
from lti_tool.models import KnownPlatform


@dataclass
class Measured:
    """What the runs of one tool took: launches in a second, and milliseconds for one launch."""

    running: Running
    rates: list[float] = field(default_factory=list)
    processors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def run(self, signer: Signer, count: int) -> None:
        before = self.running.processor_seconds()
        seconds = launches(self.running.tool, signer, count)
        after = self.running.processor_seconds()
        self.rates.append(count / seconds)
        for name, spent in after.items():
            self.processors[name].append(1000 * (spent - before[name]) / count)

    def __str__(self) -> str:
        spent = " + ".join(
            f"{statistics.median(each):.2f} ms {name}" for name, each in self.processors.items()
        )
        return f"{self.running.tool.name:30} {_spread(self.rates, '6.1f')}   {spent}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each tool")
    parser.add_argument("--launches", type=int, default=400, help="launches in a run")
    options = parser.parse_args()
    signer = Signer()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        keys_url, keys_pid = stack.enter_context(key_server(folder, signer))
        ours, published, stripped = tools = [
            Measured(stack.enter_context(each))
            for each in (
                our_tool(folder, keys_url),
                published_tool(folder, keys_url, keys_pid),
                stripped_tool(folder, keys_url, signer),
            )
        ]
        for measured in tools:
            launches(measured.running.tool, signer, options.launches // 2)
        for turn in range(options.runs):
            first = turn % len(tools)
            for measured in (*tools[first:], *tools[:first]):
                measured.run(signer, options.launches)
        print("                               launches/s (least, most)   processors, each launch")
        for measured in tools:
            print(measured)
        print(f"ours / as published            {_ratios(ours, published)}")
        print(f"ours / stripped                {_ratios(ours, stripped)}")
        validation(signer, ours.running.tool, keys_url)
    return 0


def _ratios(one: Measured, other: Measured) -> str:
    """Compare two tools turn by turn: what slows the machine down then slows both."""
    return _spread([a / b for a, b in zip(one.rates, other.rates, strict=True)], "6.2f")


def _spread(values: Sequence[float], form: str) -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:{form}} ({least:{form}}, {most:{form}})"


def validation(signer: Signer, tool: Tool, keys_url: str) -> None:
    """Print the time of one whole validation beside one bare check of the signature."""
    platform = KnownPlatform(
        id=1,
        issuer=ISSUER,
        client_id=CLIENT_ID,
        authorization_url="",
        jwks_url=keys_url,
        awaits_deployment=False,
        suspended=False,
        deployment_ids=frozenset({DEPLOYMENT}),
    )
    key_sets, token = KeySets(), signer.token(tool, "nonce")
    public = signer.key.public_key()
    whole = microseconds(
        lambda: verify_launch(
            token,
            platform,
            platform.deployment_ids,
            key_sets=key_sets,
            tool_url=f"http://{tool.host}",
        )
    )
    floor = microseconds(lambda: jwt.api_jws.decode(token, public, ["RS256"]))
    print(f"one validation                 {whole:6.0f} µs")
    print(f"one RS256 verification         {floor:6.0f} µs")
    print(f"validation / verification      {whole / floor:6.2f}")


def microseconds(work: Callable[[], object], times: int = 500) -> float:
    work()
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        measured.append(time.perf_counter() - began)
    return statistics.median(measured) * 1e6


if __name__ == "__main__":
    sys.exit(main())
