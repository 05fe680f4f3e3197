"""What the lesson on finding bugs stands on: stacks, tests in a process of their own, and a ledger of a pool's time."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from helpers import spy
from helpers.ledger import ledger, table, waterfall
from helpers.tested import run_tests
from helpers.watchdog import watch
from helpers.workers.exceptions import finding_bugs as programs


def chains(program):
    return Counter(" > ".join(stack.calls) for stack in watch(program).stacks)


def test_each_hung_program_shows_where_and_by_which_calls():
    builds = "build > prepare > wait > _base.result"
    assert chains(programs.install) == {f"install > {builds.removeprefix('build > ')}": 1, builds: 3}
    assert chains(programs.shop) == {
        "shop > threading.join": 1,
        "till > sell": 2,
        "till > sell > logging.warning > __str__": 1,
    }
    assert chains(programs.report)["report > finish > process.join"] == 1


def test_an_exception_in_a_thread_fails_a_test_once_the_warning_is_an_error():
    tests = (
        "import threading\ndef test_it():\n    t = threading.Thread(target=int, args='x')\n    t.start(); t.join()\n"
    )
    assert run_tests(tests).endswith("1 passed, 1 warning")
    assert run_tests(tests, "-W", "error::pytest.PytestUnhandledThreadExceptionWarning").endswith("1 failed")


def test_tests_that_hang_are_ended():
    assert run_tests("import threading\ndef test_it(): threading.Event().wait()\n", limit_s=3).endswith(
        "not ended after 3 s"
    )


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_a_ledger_accounts_for_all_of_the_time(kind):
    with kind(2) as pool:
        tasks = ledger(pool, abs, [-1, 0, -1])
    assert [task.result for task in tasks] == [1, 0, 1]
    for task in tasks:
        assert list(task.moments_s) == sorted(task.moments_s)
        assert sum(task.seconds.values()) == pytest.approx(task.moments_s[-1] - task.moments_s[0])
        assert bool(task.seconds["pickling"]) == (kind is ProcessPoolExecutor)
    assert table({"abs": tasks}).count("\n") == 1
    assert len(waterfall(tasks).patches) > len(tasks)


def test_a_ledger_raises_what_the_work_raises():
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        ledger(pool, lambda item: 1 / item, [1, 0])


def test_a_spy_sees_a_thread_that_waits_or_says_why_not():
    program = "import threading\ndef stuck():\n    print(flush=True)\n    threading.Event().wait()\nstuck()\n"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        try:
            assert "stuck" in spy.spy(child.pid)[0].calls
        except spy.CannotSpy as why:
            assert str(why).startswith("py-spy ")
        finally:
            child.kill()
