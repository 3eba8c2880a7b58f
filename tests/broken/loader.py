"""Loads the project with one text of one file changed, and nothing written anywhere."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]


class Changed(SourceFileLoader):
    """The module of a file, compiled anew of a text that stands nowhere."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._text.encode(), self.path)


class Finder(MetaPathFinder):
    """Finds one module changed; all others are found as ever."""

    def __init__(self, path: str, text: str) -> None:
        self._name = path.removesuffix(".py").replace("/", ".")
        self._path, self._text = str(ROOT / path), text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = Changed(fullname, self._path, self._text)
        return spec


def change(path: str, was: str, becomes: str) -> None:
    """From now on, in this process, which has imported nothing of the project yet. Raises ValueError when `was` does
    not stand in the file, or more than once, or when something is imported already.
    """
    loaded = [name for name in sys.modules if name.partition(".")[0] in ("bot", "scheduler", "storage")]
    if loaded:
        raise ValueError(f"{loaded[0]} is imported already")
    sys.meta_path.insert(0, Finder(path, changed(path, was, becomes)))


def changed(path: str, was: str, becomes: str) -> str:
    """The text of the file with the change."""
    text = (ROOT / path).read_text("utf-8")
    many = text.count(was)
    if many != 1:
        raise ValueError(f"{path}: {was!r} stands there {many} times")
    return text.replace(was, becomes)
