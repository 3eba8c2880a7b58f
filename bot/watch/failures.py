"""Which jobs keep failing: counted around their plans, one run after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.kit.redact import redact
from scheduler.jobs import Job, NotReady
from storage import faults
from storage.transactions import collided

# Real seconds: a run that failed is tried again after five minutes, so an older count is a run that is over.
FORGOTTEN = 3600


class Failures:
    """Counts how often each run of a job has failed without succeeding once."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], tuple[int, str, float]] = {}

    def watching(self, jobs: Sequence[Job]) -> list[Job]:
        """The same jobs, each with an eye on its plan."""
        return [replace(job, plan=self._watched(job.name, job.plan)) for job in jobs]

    def _watched(self, name: str, plan: Callable[..., Any]) -> Callable[..., Any]:
        def watched(session: Any, *which: Any) -> Any:
            run = (name, repr(which[:-1]))
            try:
                planned = list(plan(session, *which))
            except NotReady:
                raise
            except Exception as error:
                # Somebody else was faster: the storage runs it once more, nothing is broken.
                if not collided(error):
                    number = self._runs.get(run, (0, "", 0.0))[0]
                    self._runs[run] = number + 1, redact(faults.words(error)), time.monotonic()
                raise
            self._runs.pop(run, None)
            return planned

        return watched

    def by_job(self) -> dict[str, tuple[int, str]]:
        """For each job the run that has failed most often of late: how often, and with what."""
        since, worst = time.monotonic() - FORGOTTEN, dict[str, tuple[int, str]]()
        for (name, _), (number, fault, at) in list(self._runs.items()):
            if at >= since:
                worst[name] = max(worst.get(name, (0, "")), (number, fault))
        return worst
