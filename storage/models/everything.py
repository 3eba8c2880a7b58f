"""Imports every table, so that one metadata knows them all."""

import pkgutil
from importlib import import_module
from pathlib import Path

from storage.base import Model

for _module in pkgutil.iter_modules([str(Path(__file__).parent)], "storage.models."):
    if _module.name != __name__:
        import_module(_module.name)

METADATA = Model.metadata
