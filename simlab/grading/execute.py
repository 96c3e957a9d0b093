"""Execute: the notebook runs in the box, and each check is played at its cell's place.

A subclass of nbgrader's step, so that its settings hold; what is added is the box, a cap on what
is kept of the outputs, and an end to kernels that do not come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute as NbgraderExecute

from simlab.errors import GradingError, SimlabError
from simlab.exercise.kinds import KINDS
from simlab.exercise.protocol import Ask, CheckSpec, Reply, Verdict
from simlab.grading import harmless
from simlab.grading.judge import PERSON
from simlab.grading.kernels import GradingKernelManager, connect
from simlab.grading.outcome import KERNEL_DIED, OUT_OF_MEMORY, TIMED_OUT
from simlab.grading.rounds import Line, Meter, Stuck, heard, run_play
from simlab.grading.run import CouldNotGrade, Run
from simlab.grading.second import Second
from simlab.grading.watch import MACHINE

FULL = "[more output than is kept: the rest was dropped]\n"


def _in_short(error: dict[str, Any]) -> dict[str, Any]:
    """An error that is kept although there is no room: that the cell failed must not be lost."""
    said = {k: v[:300] for k in ("ename", "evalue") if isinstance(v := error["content"].get(k), str)}
    return error | {"content": {"ename": "", "evalue": "", **said, "traceback": []}}


def run_whole(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a loop of its own, which is closed; from inside a running loop, on a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


class Execute(NbgraderExecute):
    """Runs one notebook of a submission. Raises CouldNotGrade when it cannot be run to its end."""

    def __init__(self, run: Run, **kw: Any) -> None:
        fixed: dict[str, Any] = {
            "timeout": run.limits.cell_seconds,
            "interrupt_on_timeout": True,
            "allow_errors": True,
            "raise_on_iopub_timeout": False,
            "iopub_timeout": 4,
            "shutdown_kernel": "immediate",
            "store_widget_state": False,
            "record_timing": False,
            "kernel_name": "python3",
            "kernel_manager_class": GradingKernelManager,
        }
        super().__init__(**(kw | fixed))
        self.run, self._fixed = run, fixed
        self.meter = Meter(run.limits.output_mb << 20)

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        name = resources["nbgrader"]["notebook"]
        if name in self.run.executed:  # the gradebook was busy and the steps run again: the work is done
            return self.run.executed[name], resources
        language = str(nb.metadata.get("kernelspec", {}).get("language", "python")).lower()
        if not language.startswith(("python", "ipython")):
            raise GradingError(f"{name}.ipynb is written in {language}: only Python notebooks are graded")
        self.state = self.run.notebook(name)
        self.nb, self.resources = nb, resources
        self.reset_execution_trackers()
        try:
            run_whole(self._whole(nb))
        except GradingError:
            raise
        except Exception as e:
            raise self._ended(e) from e
        harmless.outputs(nb)
        self.run.executed[name] = nb
        return nb, resources

    async def _whole(self, nb: Any) -> None:
        """Every cell in order, in one kernel that is gone at the end, whatever happens."""
        run = self.run
        self.km = self.manager = GradingKernelManager(
            limits=run.limits, files=run.files, hide=run.hide, boxed=run.boxed, zygote=run.zygote
        )
        self.meter = Meter(run.limits.output_mb << 20)
        self.second = Second(run)
        self.ran: list[str] = []  # code cells so far, for a second process to run as well
        try:
            await self.manager.start()
            self.kc = await connect(self.manager)
            self.line = Line(self.kc, self.manager, reply_cap=run.limits.reply_kb << 10, meter=self.meter)
            for index, cell in enumerate(nb.cells):
                await self.async_execute_cell(cell, index, store_history=True)
        finally:
            self._reason, self._why = self.manager.reason, self.manager.why
            client, self.kc = self.kc, None
            if client is not None:
                client.stop_channels()
            await self.second.close()
            await self.manager.stop()

    # ------------------------------------------------------------------------------------- cells

    async def async_execute_cell(self, cell: Any, cell_index: int, **kw: Any) -> Any:
        """One cell of the notebook: a check is played, anything else is run."""
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if utils.is_grade(cell) and grade_id in self.state.released:
            await self._play(self.state.specs[grade_id])
            return cell
        if cell.cell_type == "code":
            self.ran.append(cell.source)
        self._idle, self._late = True, False
        cell = await super().async_execute_cell(cell, cell_index, **kw)
        if self._late:
            self.run.timed_out.append(f"cell {cell_index + 1} ran longer than {self.run.limits.cell_seconds} s")
            if not self._idle:
                raise Stuck
        elif not self._idle:  # it finished, and its outputs did not get here
            self.meter.count = max(self.meter.count, self.meter.cap + 1)
            await self.line.reopen()
        if self.meter.is_full and cell.cell_type == "code":
            self._note_full(cell)
        return cell

    async def _play(self, spec: CheckSpec) -> None:
        """The verdict of one check; a fault of the check itself is 0 points and a person's to look at."""
        try:
            play = KINDS[spec.kind](spec, self.run.context(spec.grade_id, self.state))
            self.state.verdicts[spec.grade_id] = await run_play(play, self._ask)
        except Stuck:
            self.run.timed_out.append(f"check {spec.grade_id}: the learner's code did not answer in time")
            raise
        except DeadKernelError:
            raise
        except Exception as e:
            if not await self.manager.is_alive():
                raise DeadKernelError("Kernel died") from e
            self.state.verdicts[spec.grade_id] = Verdict(0.0, PERSON)
            said = str(e) if isinstance(e, SimlabError) else f"{type(e).__name__}: {e}"
            self.state.broken[spec.grade_id] = f"the check itself failed: {said}"
        if self.line.timed_out:
            self.line.timed_out = False
            self.run.timed_out.append(f"check {spec.grade_id}: the learner's code did not answer in time")

    async def _ask(self, request: Ask) -> Reply:
        if not request.fresh:
            return await self.line.ask(request)
        with self.manager.frozen():  # what the two could tell each other would make one memory of them
            return await self.second.ask(request, self.ran)

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: Any, cell_index: int) -> None:
        """nbclient's reading of outputs, with what is over the cap dropped as it comes."""
        self._idle = False
        while True:
            await asyncio.sleep(0)  # where messages never end, the clock has its turn all the same
            message = await heard(self.kc.iopub_channel.get_msg, None)
            if message is None:
                continue
            self.meter.add(message)
            if message["parent_header"].get("msg_id") != parent_msg_id:
                continue
            if message["msg_type"] == "status":
                if message["content"].get("execution_state") == "idle":
                    self._idle = True
                    return
            elif not self.meter.is_full:
                self._keep(message, cell, cell_index)
            elif message["msg_type"] == "error" and not any(o.output_type == "error" for o in cell.outputs):
                self._keep(_in_short(message), cell, cell_index)

    def _keep(self, message: dict[str, Any], cell: Any, cell_index: int) -> None:
        if message["msg_type"].startswith("comm"):
            return  # widgets have no front end here
        try:
            self.process_message(message, cell, cell_index)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError):
            return  # not a message that Jupyter would send

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
        self._late = True
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_poll_kernel_alive(self) -> None:
        """nbclient looks once a second; a box that ended is known at once."""
        while await self.manager.is_alive():
            await asyncio.sleep(0.1)
        assert self.task_poll_for_reply is not None
        self.task_poll_for_reply.cancel()

    def _note_full(self, cell: Any) -> None:
        cell.outputs = [o for o in cell.outputs if not (o.output_type == "stream" and o.text == FULL)]
        cell.outputs.append(new_output("stream", name="stdout", text=FULL))
        said = f"the notebook printed more than {self.run.limits.output_mb} MB; the rest was dropped"
        if said not in self.run.notes:
            self.run.notes.append(said)

    def _ended(self, e: Exception) -> CouldNotGrade | GradingError:
        """Why the notebook could not be run to its end, in words."""
        reason, why = getattr(self, "_reason", ""), getattr(self, "_why", "")
        if isinstance(e, CouldNotGrade):
            return e
        if reason == MACHINE:
            return GradingError(why)
        if isinstance(e, Stuck):
            return self.run.fail(TIMED_OUT, f"{self.run.timed_out[-1]}, and did not stop when interrupted")
        if reason in (TIMED_OUT, OUT_OF_MEMORY):
            return self.run.fail(reason, f"the notebook {why or 'used too much processor time'}")
        if isinstance(e, DeadKernelError | RuntimeError):
            return self.run.fail(KERNEL_DIED, "the notebook ended its own kernel, or it crashed")
        return self.run.fail(KERNEL_DIED, f"the kernel's messages could not be read ({type(e).__name__})")
