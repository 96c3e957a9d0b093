from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from simlab.exercise.probe import MIME, respond, source
from simlab.exercise.protocol import Ask, Call, Got
from simlab.exercise.wire import Other, unpack_reply

WORK = """
import sys
globals_before = 0
def double(x):
    print("x" * 1000)
    sys.stderr.write("warned")
    return x * 2
def fail(x): raise ValueError("no " + x)
def leave(): sys.exit(3)
def stop(): raise KeyboardInterrupt
def grow(items):
    items.append(1)
    return len(items)
total = 42
"""


@pytest.fixture
def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(WORK, names)
    return names


def ask(*calls: Call) -> Ask:
    return Ask(calls)


def printed(namespace: dict[str, Any], line: str) -> dict[str, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(line, namespace)
    found: dict[str, str] = json.loads(out.getvalue())[MIME]
    return found


def test_the_source_runs_in_a_plain_namespace_and_leaves_nothing(namespace: dict[str, Any]) -> None:
    before = set(namespace)
    line = source(ask(Call("double", (b"a'\n",)), Call("total", apply=False)), "tok'en")
    assert "\n" not in line
    found = printed(namespace, line)
    assert found["token"] == "tok'en"
    assert unpack_reply(found["reply"]) == (Got(b"a'\na'\n"), Got(42))
    assert set(namespace) == before


def test_a_learners_own_globals_does_no_harm(namespace: dict[str, Any]) -> None:
    namespace["globals"] = lambda: {}
    found = printed(namespace, source(ask(Call("total", apply=False)), "t"))
    assert unpack_reply(found["reply"]) == (Got(42),)


def test_errors_come_back_by_name_and_the_rest_goes_on(namespace: dict[str, Any]) -> None:
    reply = respond(
        ask(Call("fail", ("way",)), Call("nope"), Call("leave"), Call("(", apply=False), Call("double", (2,))),
        namespace,
    )
    assert [g.error for g in reply] == ["ValueError", "NameError", "SystemExit", "SyntaxError", ""]
    assert reply[0].message == "no way"
    assert reply[4].value == 4


def test_an_interrupt_ends_the_round_not_the_reply(namespace: dict[str, Any]) -> None:
    reply = respond(ask(Call("double", (1,)), Call("stop"), Call("double", (2,))), namespace)
    assert [g.error for g in reply] == ["", "KeyboardInterrupt", "NotRun"]
    assert reply[0].value == 2


def test_inputs_are_fresh_for_each_call(namespace: dict[str, Any]) -> None:
    shared: list[int] = []
    reply = respond(ask(Call("grow", (shared,)), Call("grow", (shared,))), namespace)
    assert [g.value for g in reply] == [1, 1]
    assert shared == []


def test_hostile_values_and_errors_stay_in_the_kernel() -> None:
    class Loud(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    class Odd(Exception):
        def __str__(self) -> str:
            return type("S", (str,), {})("said")

    def raising(e: BaseException) -> None:
        raise e

    def endless() -> Any:
        items: list[Any] = []
        items += [items, items]
        return items

    names = {
        "loud": lambda: raising(Loud()),
        "odd": lambda: raising(Odd()),
        "endless": endless,
        "thing": object,
        "x": lambda: 1,
    }
    reply = respond(ask(Call("loud"), Call("odd"), Call("endless"), Call("thing"), Call("x")), names, cap=50_000)
    assert reply[0] == Got(error="Loud")
    assert reply[1] == Got(error="Odd", message="said")
    assert reply[2].error == "TooLarge"
    assert reply[3].value == Other("object")
    assert reply[4].value == 1


def test_all_replies_together_keep_within_the_cap() -> None:
    reply = respond(ask(*[Call("f")] * 50), {"f": lambda: "y" * 900}, cap=10_000)
    assert [g.error for g in reply].count("") == 10
    assert reply[-1].error == "TooLarge"


# A kernel's sockets warn of the loop they are closed on; neither is ours.
@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield client
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
def test_a_real_kernel_publishes_one_message_even_when_silent(kernel: BlockingKernelClient) -> None:
    found: list[dict[str, Any]] = []
    kernel.execute_interactive(WORK, silent=True, timeout=60)
    request = ask(Call("double", (21,)), Call("double", apply=False), Call("fail", ("x",)))
    kernel.execute_interactive(source(request, "t1"), silent=True, timeout=60, output_hook=found.append)
    shown = [m for m in found if m["msg_type"] != "status"]
    assert [m["msg_type"] for m in shown] == ["display_data"]
    data = shown[0]["content"]["data"][MIME]
    assert data["token"] == "t1"
    assert unpack_reply(data["reply"]) == (Got(42), Got(Other("function")), Got(error="ValueError", message="no x"))
