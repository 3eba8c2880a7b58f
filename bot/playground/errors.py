"""Telegram's own "no": status, description, parameters; and the connection cut instead of an answer."""

from typing import Any


class ApiError(Exception):
    """Becomes {"ok": false, "error_code": status, "description": ..., "parameters": ...}."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters

    def to_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return {**answer, "parameters": self.parameters} if self.parameters else answer


class Dropped(Exception):
    """The connection ends without an answer. `made`: False when not even the connection came about."""

    def __init__(self, made: bool = True) -> None:
        super().__init__("connection dropped")
        self.made = made


def bad_request(words: str, **parameters: int) -> ApiError:
    return ApiError(400, f"Bad Request: {words}", **parameters)


def forbidden(words: str) -> ApiError:
    return ApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> ApiError:
    return ApiError(409, f"Conflict: {words}")


def too_many(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
