from __future__ import annotations

from simlab.notebook.choice import Choice

OPTIONS = [("a", "Tell them"), ("b", "Call back")]


def made(said=("Right.", "You called back.")) -> tuple[Choice, list[tuple[str, str]]]:
    pressed: list[tuple[str, str]] = []

    def press(picked: str, note: str) -> tuple[str, str]:
        pressed.append((picked, note))
        if isinstance(said, Exception):
            raise said
        return said

    return Choice("Who is it?", OPTIONS, press), pressed


def press(widget: Choice, option: str, note: str = "") -> None:
    """What the browser does on Enter."""
    widget.picked, widget.note = option, note
    widget.presses += 1


def test_a_press_is_answered() -> None:
    widget, pressed = made()
    press(widget, "b", "I know the voice")
    assert pressed == [("b", "I know the voice")]
    assert (widget.verdict, widget.said) == ("Right.", "You called back.")


def test_an_option_that_was_never_offered_is_not_passed_on() -> None:
    widget, pressed = made()
    press(widget, "c")
    assert pressed == [] and widget.said == ""


def test_what_goes_wrong_is_said_and_not_raised() -> None:
    widget, _ = made(OSError("the disk is full"))
    press(widget, "a")
    assert widget.verdict == "Not done." and "disk is full" in widget.said


def test_another_choice_is_not_yet_the_answer() -> None:
    widget, _ = made()
    press(widget, "b")
    widget.picked = "a"  # what an arrow key does
    assert widget.answered == "b" and widget.said == "You called back."


def test_the_text_form_shows_question_choice_and_answer() -> None:
    widget, _ = made()
    press(widget, "b")
    assert widget.text() == "Who is it?\n  ( ) Tell them\n  (x) Call back\nRight. You called back."
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == widget.text()
