"""What all parts of the campaign share: where things lie, how a program is run, what a row of the table is."""
import concurrent.futures
import contextlib
import dataclasses
import itertools
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time


def kill(process):
    """As Popen.kill(), which would reap a process that has ended; finish() wants to do that."""
    os.kill(process.pid, signal.SIGKILL)


@dataclasses.dataclass
class Row:
    """A line of the table."""
    part: str
    what: str
    tries: int
    findings: list
    seconds: float
    note: str = ""

    def as_json(self):
        return dataclasses.asdict(self)


@dataclasses.dataclass
class Done:
    """A program that has ended. `code` is negative for a signal, as subprocess says it."""
    code: int
    out: str
    err: str
    seconds: float
    timed_out: bool
    peak_kib: int
    cpu_s: float


class Bench:
    def __init__(self, programs, root, work, quick, seed, jobs):
        self.programs, self.root, self.work, self.quick, self.jobs = programs, root, work, quick, max(1, jobs)
        self.seed = seed
        self._numbers = itertools.count()
        self._kept = {}
        # Programs are also run by somebody who is not root.
        work.chmod(0o755)

    def program(self, name):
        return str(self.programs / f"pixelsail-{name}")

    def rng(self, *names):
        """A random stream of its own for each name, so that parts do not disturb each other."""
        return random.Random(f"{self.seed}/" + "/".join(map(str, names)))

    def amount(self, whole, quick):
        return quick if self.quick else whole

    def fresh(self, name):
        """An empty folder; whoever asks removes it when it is large."""
        folder = self.work / f"{name}-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def once(self, key, make):
        """What make() returns, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def parallel(self, function, items):
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(function, items))

    def environment(self, extra=None):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIXELSAIL_", "LD_PRELOAD"))}
        return {**kept, "OMP_NUM_THREADS": "1", **(extra or {})}

    def start(self, argv, cwd, env=None, before=None, keep=None):
        """Begins a program with its output in files beside `cwd`; see finish()."""
        logs = keep or pathlib.Path(f"{cwd}.logs{next(self._numbers)}")
        logs.mkdir(exist_ok=True)
        with open(logs / "out", "wb") as out, open(logs / "err", "wb") as err:
            process = subprocess.Popen([str(part) for part in argv], cwd=cwd, env=self.environment(env), stdout=out,
                                       stderr=err, stdin=subprocess.DEVNULL, preexec_fn=before)
        process.logs, process.begin = logs, time.monotonic()
        return process

    def finish(self, process, limit=120):
        """Waits for a program, kills it when the time is over; what it said and the most memory it had."""
        end, timed_out, usage = time.monotonic() + limit, False, None
        while usage is None:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid == 0:
                usage = None
                if time.monotonic() > end:
                    timed_out = True
                    kill(process)
                    _, status, usage = os.wait4(process.pid, 0)
                else:
                    time.sleep(0.004)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - process.begin
        out, err = ((process.logs / name).read_bytes().decode(errors="replace") for name in ("out", "err"))
        shutil.rmtree(process.logs, ignore_errors=True)
        return Done(process.returncode, out, err, seconds, timed_out, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)

    def run(self, argv, cwd=None, limit=120, env=None, before=None):
        return self.finish(self.start(argv, cwd or self.work, env, before), limit)

    def must(self, argv, cwd=None, limit=300):
        """A run that prepares something: it has to end well."""
        done = self.run(argv, cwd, limit)
        if done.code != 0:
            raise RuntimeError(f"{' '.join(map(str, argv))}: exit code {done.code}\n{done.err[-2000:]}")
        return done


@contextlib.contextmanager
def timed():
    """`with timed() as seconds: ...; seconds()`"""
    begin = time.monotonic()
    yield lambda: time.monotonic() - begin


def remove(folder):
    """A folder that may hold folders without the right to write."""
    if not folder.exists():
        return
    for path, folders, _ in os.walk(folder):
        for name in folders:
            inner = os.path.join(path, name)
            if not os.path.islink(inner):
                os.chmod(inner, 0o755)
    shutil.rmtree(folder, ignore_errors=True)
