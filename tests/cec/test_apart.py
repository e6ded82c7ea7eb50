"""Work on what strangers sent is done apart: it ends in time, and harms nobody else (E3)."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cec import apart
from cec.apart import parent
from cec.apart.line import Line

WORK = "tests.cec.apart_work"


def begun(*, seconds=20.0, memory=512 * 1024**2):
    return apart.begun(WORK, seconds=seconds, memory=memory)


def do(word, **limits):
    """Have something done, and return the first that is said."""
    with begun(**limits) as line:
        line.say(word.encode())
        return line.hear()


def is_gone(pid, within=5.0):
    """Whether a process ends, and isn't left for somebody to take away either."""
    until = time.monotonic() + within
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_what_is_said_comes_back_whatever_its_size():
    with begun() as line:
        line.say(b"echo")
        line.say(b"\0" * 5_000_000)

        assert line.hear() == b"\0" * 5_000_000


def test_each_piece_of_work_has_a_process_of_its_own_that_leaves_nothing_behind():
    first, second = int(do("who")), int(do("who"))

    assert len({first, second, os.getpid()}) == 3
    assert is_gone(first)
    assert is_gone(second)


def hear_on(word, **limits):
    """Have something done that never comes to its end."""
    with begun(**limits) as line:
        line.say(word.encode())
        while True:
            line.hear()


@pytest.mark.parametrize(
    ("word", "limits"),
    [
        ("spin", {"seconds": 0.3}),
        ("sleep", {"seconds": 0.3}),
        ("eat", {}),
        ("crash", {}),
        ("shout", {}),
    ],
)
def test_what_takes_too_much_or_falls_over_is_ended(word, limits):
    started = time.monotonic()

    with pytest.raises(apart.Ended):
        hear_on(word, **limits)

    assert time.monotonic() - started < 10
    assert do("who")


def test_what_a_busy_machine_may_be_the_reason_of_is_told_from_what_is_the_files_fault():
    late = []

    for word in ("sleep", "crash"):
        with pytest.raises(apart.Ended) as ended:
            hear_on(word, seconds=0.5)
        late.append(ended.value.late)

    assert late == [True, False]


@pytest.mark.parametrize("word", ["sleep_on", "trickle"])
def test_nobody_waits_longer_than_its_time_for_one_that_doesnt_keep_to_it(word):
    started = time.monotonic()

    with pytest.raises(apart.Ended) as ended:
        hear_on(word, seconds=0.4)

    assert time.monotonic() - started < 5
    assert ended.value.late
    parent._end_all()


def test_one_that_could_not_begin_is_no_fault_of_the_file_and_ends_no_other():
    crowded = "tests.cec.apart_crowded"
    with apart.begun(crowded, seconds=20, memory=2**29) as first:
        pid = int(first.hear())

        with (
            pytest.raises(apart.Ended) as ended,
            apart.begun(crowded, seconds=20, memory=2**29) as second,
        ):
            second.hear()

        assert ended.value.late
        assert Path(f"/proc/{pid}").exists()
    parent._nurseries.pop(crowded).end()


def test_a_nursery_that_is_ended_before_it_begins_one_blames_no_file():
    do("who")
    nursery = parent._nurseries[WORK].process
    nursery.send_signal(signal.SIGSTOP)
    threading.Timer(0.2, nursery.kill).start()

    with pytest.raises(apart.Ended) as ended:
        do("who")

    assert ended.value.late


def test_it_writes_no_file(tmp_path):
    file = tmp_path / "x"

    with begun() as line:
        line.say(b"write")
        line.say(str(file).encode())
        with pytest.raises(apart.Failed, match="OSError"):
            line.hear()

    assert not file.exists() or not file.read_bytes()


def test_an_error_of_our_own_is_told_without_what_was_in_the_file():
    with pytest.raises(apart.Failed) as failed:
        do("stumble")

    assert "ValueError" in str(failed.value)
    assert "apart_work.py" in str(failed.value)
    assert "somebody" not in str(failed.value)


def test_it_knows_no_secret_of_ours(monkeypatch):
    parent._end_all()
    monkeypatch.setenv("SECRET_KEY", "the-key-of-keys")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")

    surroundings = do("environment")

    assert b"PATH" in surroundings
    assert b"the-key-of-keys" not in surroundings
    assert b"postgresql" not in surroundings
    parent._end_all()


def test_limits_hold_in_each_of_several_threads():
    found = []

    def try_it():
        try:
            do("eat")
        except apart.Ended:
            found.append("ended")

    threads = [threading.Thread(target=try_it) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["ended"] * 4


def test_a_nursery_that_was_ended_is_replaced():
    do("who")
    nursery = parent._nurseries[WORK]

    nursery.process.send_signal(signal.SIGKILL)

    assert is_gone(nursery.process.pid) or nursery.process.poll() is not None
    assert do("who")
    assert is_gone(nursery.process.pid)


def test_a_process_that_was_forked_has_a_nursery_of_its_own():
    first = parent._nurseries[WORK] if do("who") else None

    pid = os.fork()
    if pid == 0:
        other = do("who") and parent._nurseries[WORK].process.pid
        parent._end_all()
        os._exit(0 if other and other != first.process.pid else 1)
    _pid, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert do("who")
    assert parent._nurseries[WORK] is first


def test_it_ends_with_the_process_that_wanted_it():
    ours = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            f"from cec import apart; work = apart.begun({WORK!r}, seconds=60, memory=2**29)\n"
            "line = work.__enter__(); line.say(b'spin'); print(line.hear().decode(), flush=True)\n"
            "line.hear()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with ours:
        pid = int(ours.stdout.readline())
        assert Path(f"/proc/{pid}").exists()

        ours.kill()

    assert is_gone(pid)


def test_what_cannot_be_loaded_is_an_error_of_ours_and_no_fault_of_a_file():
    with (
        pytest.raises(RuntimeError, match="can't be loaded"),
        apart.begun("tests.cec.no_such_module", seconds=1, memory=2**29),
    ):
        pass


def test_its_processor_time_is_known_once_it_is_done():
    before = apart.processor_time()

    with begun() as line:
        line.say(b"echo")
        line.say(b"x")
        line.hear()
        line.hear_the_end()

    assert 0 < line.spent < 5
    assert apart.processor_time() - before >= line.spent


def test_nobody_waits_longer_for_one_who_takes_what_is_said_bit_by_bit():
    ours, theirs = socket.socketpair()

    def take_slowly():
        while theirs.recv(64_000):
            time.sleep(0.05)

    slow = threading.Thread(target=take_slowly)
    slow.start()
    line = Line(ours, until=time.monotonic() + 0.5)
    with pytest.raises(apart.Ended):
        line.say(b"x" * 20_000_000)  # fifteen seconds' worth
    line.close()
    slow.join()
    theirs.close()
