"""The figures of what nothing records yet, with the names and shapes of docs/archive.md: all of them zeros."""

from collections.abc import Mapping
from typing import Any


def later_figures() -> dict[str, Any]:
    """Counts of nothing are 0, a rate without a base is null (docs/archive.md)."""
    return {
        "exams": {},
        "talk_campaigns": {},
        "talk_records_written_quarter": 0,
    }


def with_zeros(values: Mapping[str, Any], zeros: Mapping[str, Any]) -> dict[str, Any]:
    """Figures that are counted, and beside them, name by name, the zeros of those that nothing counts."""
    return {
        **values,
        **{
            name: with_zeros(values[name], zero) if _both_nest(values.get(name), zero) else values.get(name, zero)
            for name, zero in zeros.items()
        },
    }


def _both_nest(value: Any, zero: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(zero, Mapping)
