"""Starts real bots by fork, each in a moment, because everything is imported only once. A line on stdin: one more."""

import os
import signal
import sys
from datetime import timedelta

from bot import run, settings
from bot.receiving import polling
from bot.watch import watchdog
from scheduler import outbox, outcome


def be_quick() -> None:
    """What no test can wait for: the second try after a lost answer, the leases of the dead, the first signs."""
    outcome.SEND_AGAIN_AFTER = timedelta(seconds=0.5)
    outbox.LEASE, outbox.RENEWAL, outbox.POLL_SHARED = timedelta(seconds=0.8), 0.1, 0.1
    polling.LEASE, polling.RENEWAL = timedelta(seconds=0.8), 0.1
    watchdog.AT_ONCE = 0


def main() -> None:
    be_quick()
    # Children that were killed need no funeral.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                run.run(settings.load())
            finally:
                os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
