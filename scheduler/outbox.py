"""The outbox: promise a message, send it after the commit, write down what became of it."""

from scheduler.outcome import Outcome, OutcomeKind
from scheduler.promises import promise, promise_all

__all__ = ["Outcome", "OutcomeKind", "promise", "promise_all"]
