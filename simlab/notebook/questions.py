"""A question as a form: one option, several, an order, pairs, or own words.

It only draws. What was answered lies in a store that the caller's `on_press` writes, so a reload or
a new kernel loses nothing, and no trait holds a right answer before it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from simlab.notebook.caution import mask, warning
from simlab.notebook.form import Form, css, esm

Say = Callable[[], tuple[str, str]]
Options = Sequence[tuple[str, str]]


class Asked(Form):
    """A question, a button, and what is said of the answer. `on_press(answer)` returns (verdict, text) to say.

    `picked` is the answer as it stands on the page, `answered` the one that verdict and text speak of;
    a kind of question says of which type both are.
    """

    picked: Any
    answered: Any

    legend = traitlets.Unicode().tag(sync=True)
    button = traitlets.Unicode("Check my answer").tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)

    def __init__(self, legend: str, on_press: Callable[[Any], tuple[str, str]], **traits: Any) -> None:
        super().__init__(legend=legend, **traits)
        self._on_press = on_press

    def pressed_once(self) -> None:
        """Pass an answer on if it is one that the page offers, and show what is said of it."""
        if self.is_offered():
            self.answer(self.picked, lambda: self._on_press(self.picked))

    def fits(self, value: Any) -> bool:
        """Whether a value, whole or begun, can be shown on this page; not so if it was given to another version."""
        raise NotImplementedError

    def is_offered(self) -> bool:
        """Whether what is picked is a whole answer that the page offers."""
        return bool(self.picked) and self.fits(self.picked)

    def answer(self, value: Any, say: Say, **traits: Any) -> None:
        """Show a value as the one answered, with what is said of it; all of it reaches the page at once."""
        with self.hold_sync():
            self.set_trait("picked", value)
            self.set_trait("answered", value)
            for name, each in traits.items():
                self.set_trait(name, each)
            self.tell(say)

    def lines(self) -> list[str]:
        """The answer as it stands, as text."""
        return []

    def text(self) -> str:
        """The question as text, with the answer as it stands."""
        hint = [f"Hint: {self.hint}"] if self.hint else []
        return "\n".join([self.legend, *self.lines(), *hint, super().text()]).rstrip()


class Several(Asked):
    """Options of which any number is right. The answer is a list of ids."""

    _esm = esm("question", "choice")
    _css = css("form", "question")

    options = traitlets.List().tag(sync=True)  # [id, text] in the order shown
    note_label = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    picked = traitlets.List().tag(sync=True)
    answered = traitlets.List().tag(sync=True)

    def __init__(
        self, legend: str, options: Options, on_press: Callable[[list[str]], tuple[str, str]], **traits: Any
    ) -> None:
        super().__init__(legend, on_press, options=[list(o) for o in options], **traits)

    def fits(self, value: Any) -> bool:
        """Whether it is a list of options, each once."""
        known = [ident for ident, _ in self.options]
        return isinstance(value, list) and all(v in known for v in value) and len(set(value)) == len(value)

    def lines(self) -> list[str]:
        """The options, those that are chosen marked."""
        return [f"  {'[x]' if ident in self.picked else '[ ]'} {text}" for ident, text in self.options]


class Order(Asked):
    """Rows that are to be put in order. The answer is the list of all ids."""

    _esm = esm("question", "order")
    _css = css("form", "question")

    options = traitlets.List().tag(sync=True)  # [id, text] in the order first shown
    picked = traitlets.List().tag(sync=True)
    answered = traitlets.List().tag(sync=True)

    def __init__(
        self, legend: str, options: Options, on_press: Callable[[list[str]], tuple[str, str]], **traits: Any
    ) -> None:
        rows = [list(o) for o in options]
        super().__init__(legend, on_press, options=rows, picked=[ident for ident, _ in rows], **traits)

    def fits(self, value: Any) -> bool:
        """Whether every row stands there once."""
        return isinstance(value, list) and sorted(map(str, value)) == sorted(ident for ident, _ in self.options)

    def lines(self) -> list[str]:
        """The rows in the order in which they stand."""
        texts = dict(self.options)
        return [f"  {number}. {texts[ident]}" for number, ident in enumerate(self.picked, 1)]


class Match(Asked):
    """Things on the left, each with a list of what it may go with. The answer is a list of "left:right"."""

    _esm = esm("question", "match")
    _css = css("form", "question")

    options = traitlets.List().tag(sync=True)  # [id, text], the left side
    partners = traitlets.List().tag(sync=True)  # [id, text], the right side
    picked = traitlets.List().tag(sync=True)
    answered = traitlets.List().tag(sync=True)

    def __init__(
        self,
        legend: str,
        options: Options,
        partners: Options,
        on_press: Callable[[list[str]], tuple[str, str]],
        **traits: Any,
    ) -> None:
        sides = {"options": [list(o) for o in options], "partners": [list(p) for p in partners]}
        super().__init__(legend, on_press, **sides, **traits)

    def fits(self, value: Any) -> bool:
        """Whether each pair is of one on the left, once, and one on the right."""
        pairs = [str(pair).partition(":") for pair in value] if isinstance(value, list) else [("", "", "")]
        lefts, rights = [left for left, _, _ in pairs], {right for _, _, right in pairs}
        known = {ident for ident, _ in self.options}, {ident for ident, _ in self.partners}
        return set(lefts) <= known[0] and rights <= known[1] and len(set(lefts)) == len(lefts)

    def is_offered(self) -> bool:
        """Whether each on the left goes with one on the right."""
        return len(self.picked) == len(self.options) and self.fits(self.picked)

    def lines(self) -> list[str]:
        """Each on the left, with what it goes with."""
        pairs, texts = dict(pair.split(":", 1) for pair in self.picked if ":" in pair), dict(self.partners)
        rows = [f"  {text}: {texts.get(pairs.get(ident, ''), '____')}" for ident, text in self.options]
        return [*rows, f"  (to choose from: {'; '.join(texts.values())})"]


class Short(Asked):
    """An answer in own words. What looks like a real person's data is warned of at once, and shown masked."""

    _esm = esm("question", "short")
    _css = css("form", "question")

    warning = traitlets.Unicode().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    answered = traitlets.Unicode().tag(sync=True)

    def __init__(self, legend: str, on_press: Callable[[str], tuple[str, str]], **traits: Any) -> None:
        super().__init__(legend, on_press, **traits)
        self.observe(lambda change: self.set_trait("warning", warning(self.picked)), names="picked")

    def fits(self, value: Any) -> bool:
        """Whether it is text that says anything."""
        return isinstance(value, str) and bool(value.strip())

    def pressed_once(self) -> None:
        """What is kept is what is shown: masked where it looks real."""
        before = warning(self.picked)
        self.picked = mask(self.picked)
        super().pressed_once()
        self.warning = before

    def lines(self) -> list[str]:
        """What is written."""
        return [f"  Your answer: {self.picked or '____'}"]
