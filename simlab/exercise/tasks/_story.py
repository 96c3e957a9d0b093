"""Stories that stand in content: their words, filled with facts that are drawn and counted elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from simlab.content import Model
from simlab.content.loader import fault

M = TypeVar("M", bound=Model)


def fill(story: M, facts: Mapping[str, Any], path: Path) -> M:
    """A story with the facts in place of their names in braces. Raises ContentError for a name of no fact."""

    def filled(value: Any, at: tuple[str | int, ...]) -> Any:
        if isinstance(value, str):
            return say(value, facts, path, at)
        if isinstance(value, dict):
            return {key: filled(one, (*at, key)) for key, one in value.items()}
        if isinstance(value, tuple | list):
            return tuple(filled(one, (*at, n)) for n, one in enumerate(value))
        return value

    return story.model_copy(update=filled(story.model_dump(), ()))


def say(words: str, facts: Mapping[str, Any], path: Path, at: Sequence[str | int]) -> str:
    """Words of a file, filled; `at` says where they stand. Raises ContentError."""
    try:
        return words.format_map(facts)
    except KeyError as e:
        raise fault(path, at, f"no fact is called {e}: there are {', '.join(facts)}") from None
    except (ValueError, IndexError) as e:
        raise fault(path, at, f"{e}: a fact stands in braces, by its name") from None
