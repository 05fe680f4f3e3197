"""Classic wrong answers to the exercises of pools/02_pool_size."""

from statistics import mean, median

from helpers.checks.pools.pool_size import check_break_even, check_choose
from wrong_answers import refused

# break_even -----------------------------------------------------------------------------------------------------------


@refused(check_break_even, "Each size was measured once")
def measures_once(measure, sizes):
    for size in sizes:
        loop_s, pool_s = measure(size)
        if pool_s < loop_s:
            return size
    return None


@refused(check_break_even, "does not move a median of enough runs")
def discards_one_and_measures_once(measure, sizes):
    for size in sizes:
        measure(size)
        loop_s, pool_s = measure(size)
        if pool_s < loop_s:
            return size
    return None


@refused(check_break_even, "does not move a median")
def takes_the_mean(measure, sizes):
    for size in sizes:
        runs = [measure(size) for _ in range(5)]
        if mean(pool for _, pool in runs) < mean(loop for loop, _ in runs):
            return size
    return None


@refused(check_break_even, "where the pool never pays the answer is None")
def always_finds_one(measure, sizes):
    for size in sizes:
        runs = [measure(size) for _ in range(5)]
        if median(pool for _, pool in runs) < median(loop for loop, _ in runs):
            return size
    return sizes[-1]


# choose ---------------------------------------------------------------------------------------------------------------


@refused(check_choose, "The fastest single run is luck")
def fastest_single_run(times):
    return min(times, key=lambda way: min(times[way]))


@refused(check_choose, "does not move a median")
def fastest_mean(times):
    return min(times, key=lambda way: mean(times[way]))


@refused(check_choose, "keep the simpler way")
def fastest_median(times):
    return min(times, key=lambda way: median(times[way]))


@refused(check_choose, "Threads are within 10% of the best, and simpler")
def loop_or_the_fastest(times):
    usual = {way: median(runs) for way, runs in times.items()}
    return "loop" if usual["loop"] <= 1.1 * min(usual.values()) else min(usual, key=usual.get)


@refused(check_choose, "ten squares: the choice is 'loop'")
def always_processes(times):
    return "processes"
