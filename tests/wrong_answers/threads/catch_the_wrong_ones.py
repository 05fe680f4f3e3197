"""Tests of a cache that accept what is wrong, or refuse what is right."""

from threading import Barrier, Lock, Thread

from helpers.checks.threads.catch_the_wrong_ones import check_test_cache
from wrong_answers import refused


def in_threads(*targets_and_keys):
    threads = [Thread(target=ask, args=(key,)) for ask, key in targets_and_keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@refused(check_test_cache, "catches none of 8, and accepts whatever it is given")
def asks_in_one_thread(Cache):
    made = []
    cache = Cache(lambda key: made.append(key) or key)
    cache.get_or_create("a")
    cache.get_or_create("a")
    assert made == ["a"]


@refused(check_test_cache, "catches 3 of 8, and accepts the reference. Not caught: None taken for a missing value;")
def asks_for_one_key(Cache):
    made = []
    cache = Cache(lambda key: made.append(key) or key)
    in_threads((cache.get_or_create, "a"), (cache.get_or_create, "a"))
    assert made == ["a"]


@refused(check_test_cache, "Not caught: the lock kept when make raises; a failed make never tried again.")
def lets_no_make_raise(Cache):
    made = []
    cache = Cache(made.append)
    in_threads((cache.get_or_create, (1,)), (cache.get_or_create, (1.0,)), (cache.get_or_create, "b"))
    return len(made) == 2


@refused(check_test_cache, "it goes wrong. No thread can go on: ")
def asks_for_overlap(Cache):
    gate = Barrier(2)
    cache = Cache(lambda key: gate.wait())
    in_threads((cache.get_or_create, "a"), (cache.get_or_create, "b"))


@refused(check_test_cache, "refuses another right answer, one with a lock for each key: in ")
def asks_for_no_overlap(Cache):
    busy = []

    def make(key):
        busy.append(key)
        assert len(busy) == 1
        busy.pop()

    cache = Cache(make)
    in_threads((cache.get_or_create, "a"), (cache.get_or_create, "b"))


@refused(check_test_cache, "another right answer, one with a lock for each key: in the only schedule")
def looks_inside(Cache):
    cache = Cache(str)
    cache.get_or_create(1)
    assert cache.values == {1: "1"}


@refused(check_test_cache, 'Your code raised AssertionError: assert made == ["b", "a"]. Shortest:')
def expects_one_order(Cache):
    made = []
    cache = Cache(made.append)
    in_threads((cache.get_or_create, "a"), (cache.get_or_create, "b"))
    assert made == ["b", "a"]


@refused(check_test_cache, "too: in the only schedule it goes wrong. It should end at True, and ends at False.")
def accepts_nothing(Cache):
    return False


@refused(check_test_cache, "(Tried without preemption only, as there are too many schedules. Use fewer threads")
def starts_four_threads(Cache):
    made = []
    cache = Cache(lambda key: made.append(key) or key)
    in_threads(*[(cache.get_or_create, key) for key in "aaab"])
    assert sorted(made) == ["a", "b"]


@refused(check_test_cache, "the test has too many schedules to be tried. Use fewer threads.")
def starts_six_threads(Cache):
    cache = Cache(str)
    in_threads(*[(cache.get_or_create, key) for key in "aaabbb"])


outer = Lock()


@refused(check_test_cache, "`outer` was made before the program starts")
def uses_a_lock_from_outside(Cache):
    cache = Cache(str)
    with outer:
        cache.get_or_create("a")


refused(check_test_cache, "the test should take one argument, which is what it tests")(lambda: True)


@refused(check_test_cache, "a call of the test runs none of its lines")
def yields(Cache):
    yield Cache
