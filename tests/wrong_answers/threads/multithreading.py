"""Classic wrong answers to the exercises of threads/01_multithreading."""

import threading
from concurrent.futures import ThreadPoolExecutor

from helpers.checks.threads.multithreading import check_add_up, check_in_background, check_read_all
from wrong_answers import refused

# read_all -------------------------------------------------------------------------------------------------------------


@refused(check_read_all, "at most 1 of 4 reads were in progress at once. Start every")
def joins_inside_the_loop(read, names):
    answers = {}
    for name in names:
        thread = threading.Thread(target=lambda name=name: answers.update({name: read(name)}))
        thread.start()
        thread.join()
    return [answers[name] for name in names]


@refused(check_read_all, "read ran in the main thread")
def calls_the_target(read, names):
    threads = [threading.Thread(target=read(name)) for name in names]
    for thread in threads:
        thread.start()
    return []


@refused(check_read_all, "in the order in which the reads ended")
def appends_in_order_of_ending(read, names):
    answers = []
    threads = [threading.Thread(target=lambda name=name: answers.append(read(name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@refused(check_read_all, "returned while reads were still in progress")
def does_not_join(read, names):
    answers = [None] * len(names)

    def put(i):
        answers[i] = read(names[i])

    for i in range(len(names)):
        threading.Thread(target=put, args=(i,)).start()
    return answers


@refused(check_read_all, "a thread raised TypeError")
def forgets_the_comma(read, names):
    answers = {}
    threads = [threading.Thread(target=lambda a: answers.update({a: read(a)}), args=(name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[name] for name in names]


@refused(check_read_all, "and are ['DOG', 'DOG', 'DOG', 'DOG']")
def keeps_only_the_last(read, names):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(read(name))) for name in names]  # noqa: B023
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def reads_with_an_executor(read, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return list(executor.map(read, names))


# in_background --------------------------------------------------------------------------------------------------------


@refused(check_in_background, "target=work(...) calls work")
def calls_work(work, *args):
    thread = threading.Thread(target=work(*args))
    thread.start()
    return thread


@refused(check_in_background, "thread.run() calls it too")
def runs_instead_of_starting(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.run()
    return thread


@refused(check_in_background, "never started")
def never_starts(work, *args):
    return threading.Thread(target=work, args=args)


@refused(check_in_background, "with ('report.pdf',), and was called with (('report.pdf',),)")
def nests_the_arguments(work, *args):
    thread = threading.Thread(target=work, args=(args,))
    thread.start()
    return thread


@refused(check_in_background, "and was called with ('r', 'e', 'p'")
def spreads_one_string(work, *args):
    thread = threading.Thread(target=work, args=args[0] if args else ())
    thread.start()
    return thread


@refused(check_in_background, "work was done 2 times")
def works_twice(work, *args):
    thread = threading.Thread(target=lambda: (work(*args), work(*args)))
    thread.start()
    return thread


@refused(check_in_background, "came back only after the work was done")
def joins_itself(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.start()
    thread.join()
    return thread


@refused(check_in_background, "should return the thread, and returned None")
def returns_nothing(work, *args):
    threading.Thread(target=work, args=args).start()


# add_up ---------------------------------------------------------------------------------------------------------------


def in_threads(add, parts):
    threads = [threading.Thread(target=add, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@refused(check_add_up, "three threads each added 1 to a total of 0, and it ended at 1")
def shares_the_total(parts):
    total = 0

    def add(part):
        nonlocal total
        for number in part:
            total += number

    in_threads(add, parts)
    return total


lock = threading.Lock()


@refused(check_add_up, "makes them take turns")
def locks_the_total(parts):
    total = 0

    def add(part):
        nonlocal total
        for number in part:
            with lock:
                total += number

    in_threads(add, parts)
    return total


local = threading.local()
local.total = 0


@refused(check_add_up, "a thread raised AttributeError")
def sets_the_local_in_one_thread(parts):
    def add(part):
        for number in part:
            local.total += number

    in_threads(add, parts)
    return local.total


@refused(check_add_up, "Each had read 0 before another wrote")
def shares_the_total_of_sums(parts):
    total = 0

    def add(part):
        nonlocal total
        mine = 0
        for number in part:
            mine += number
        total += mine

    in_threads(add, parts)
    return total


@refused(check_add_up, "in the main thread")
def adds_in_the_main_thread(parts):
    return sum(map(sum, parts))
