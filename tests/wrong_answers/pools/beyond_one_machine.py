"""Classic wrong answers to the exercise of pools/04_beyond_one_machine."""

import os
import tempfile
from collections import Counter
from functools import reduce
from operator import add
from pathlib import Path

from distributed import wait

from helpers.checks.pools.beyond_one_machine import check_total_counts
from wrong_answers import refused


@refused(check_total_counts, "2 results came home, with 4 entries; the total has 4. Leave the counts on the workers")
def gathers_all_then_adds(client, count, paths):
    return sum(client.gather(client.map(count, paths)), Counter())


@refused(check_total_counts, "you waited for a result when 1 of 2 had been submitted")
def waits_for_each_result(client, count, paths):
    return sum((client.submit(count, path).result() for path in paths), Counter())


@refused(check_total_counts, "3 results came home, with 8 entries; the total has 4. Some were sent back.")
def fetches_what_it_sends_back(client, count, paths):
    sums = client.map(count, paths)
    while len(sums) > 1:
        first, second, *rest = sums
        sums = [*rest, client.submit(add, first.result(), second.result())]
    return sums[0].result() if sums else Counter()


@refused(check_total_counts, "with 8 files: 7 sums wait for each other, one after the other; in a tree 3 do.")
def adds_one_after_the_other(client, count, paths):
    counts = client.map(count, paths)
    return reduce(lambda total, one: client.submit(add, total, one), counts).result() if counts else Counter()


@refused(check_total_counts, "with 3 files: one task adds up 3 counts")
def adds_all_in_one_task(client, count, paths):
    return client.submit(sum, client.map(count, paths), Counter()).result()


@refused(check_total_counts, "with 2 files: there should be a task for each file, and there is 1.")
def counts_all_in_one_task(client, count, paths):
    return client.submit(lambda: sum(map(count, paths), Counter())).result()


@refused(check_total_counts, "with 3 files: the count of '0' should be 1, and is 0.")
def loses_an_odd_one(client, count, paths):
    sums = client.map(count, paths)
    while len(sums) > 1:
        sums = [client.submit(add, *pair) for pair in zip(sums[::2], sums[1::2], strict=False)]
    return sums[0].result() if sums else Counter()


@refused(check_total_counts, "a file is missing, and it returned a total")
def counts_nothing_for_a_missing_file(client, count, paths):
    def count_if_there(path):
        return count(path) if os.path.exists(path) else Counter()

    return client.submit(sum, client.map(count_if_there, paths), Counter()).result()


def write_words(count, path, file):
    with open(file, "a", encoding="utf-8") as words:
        words.writelines(f"{word}\n" for word in count(path).elements())


def read_words(file, *_):
    return Counter(Path(file).read_text(encoding="utf-8").split())


@refused(check_total_counts, "came home by a side effect of the tasks, not as a result")
def adds_into_a_file(client, count, paths):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "words")
        file.touch()
        written = [client.submit(write_words, count, path, str(file)) for path in paths]
        wait(written)
        return read_words(file)


@refused(check_total_counts, "8 files and a worker that is lost: the total is wrong. What the lost worker had done was")
def adds_into_a_file_that_a_task_reads(client, count, paths):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "words")
        file.touch()
        written = [client.submit(write_words, count, path, str(file)) for path in paths]
        return client.submit(read_words, str(file), *written).result()
