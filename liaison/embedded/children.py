"""Child processes: started together, watched, restarted, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from liaison.processes import end_with_parent

STOP_SECONDS = 15
RESTARTS = 5
RESTART_WINDOW = 60.0


@dataclass
class Child:
    """One program. Its whole process group ends with it.

    What it says goes to `log`; with `speaks`, only its errors do and the rest is shown.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    speaks: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, cwd: Path) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=None if self.speaks else output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509
            )

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def signal_group(self, number: int) -> None:
        """Signal the program and everything it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """SIGTERM to the program, then SIGKILL to what is left of its group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.signal_group(signal.SIGKILL)
        self.process.wait()

    def may_restart(self, now: float) -> bool:
        """At most RESTARTS deaths within RESTART_WINDOW seconds."""
        self.deaths = [at for at in self.deaths if now - at < RESTART_WINDOW] + [now]
        return len(self.deaths) <= RESTARTS


def revive(child: Child, cwd: Path, say: Callable[[str], None]) -> bool:
    """Restart a child that died by itself; False when it dies again and again."""
    code = child.process.returncode if child.process else None
    child.signal_group(signal.SIGKILL)  # orphans of a killed parent would keep its port
    if not child.may_restart(time.monotonic()):
        say(f"✗ {child.name} 一分钟内退出了 {RESTARTS + 1} 次（最近返回 {code}），全部停止。")
        return False
    say(f"! {child.name} 退出（返回 {code}），正在重新启动 …")
    time.sleep(min(2.0, 0.2 * 2 ** (len(child.deaths) - 1)))
    child.start(cwd)
    return True


def stop_all(children: list[Child]) -> None:
    """Stop everything at once, in parallel, within STOP_SECONDS."""
    for child in children:
        if not child.has_ended and child.process:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(max(0.1, deadline - time.monotonic()))
