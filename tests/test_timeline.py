"""The timeline shows what each thread and process did, and nothing else."""

import multiprocessing
import tempfile
import threading
from functools import partial
from itertools import pairwise
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from helpers.timeline import COLOURS, Recorder, Span, timeline, timelines
from helpers.workers.pools.pool_size import ready, square
from helpers.workers.threads.multithreading import watch_the_clock


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def states(recorder, worker):
    return [span.state for span in recorder.spans if span.worker == worker]


def test_a_span_ends_no_earlier_than_it_starts():
    with pytest.raises(ValueError, match="cannot end"):
        Span(2.0, 1.0, "a", "running")


def test_a_span_has_one_of_four_states():
    with pytest.raises(ValueError, match="no state 'idle'; there are running, waiting, holding, sleeping"):
        Span(1.0, 2.0, "a", "idle")


def test_each_thread_has_a_lane_of_its_own_name():
    with Recorder() as recorder:
        threads = [threading.Thread(target=recorder.sleep, args=(0,), name=name) for name in ("ant", "bee")]
        for thread in threads:
            thread.start()
            thread.join()
    assert [span.worker for span in recorder.spans] == ["ant", "bee"]


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_record_on_the_same_clock_as_their_parent(method):
    context = multiprocessing.get_context(method)
    with Recorder() as recorder, recorder.state("waiting"), context.Pool(1) as pool:
        assert pool.map(partial(recorder.run, square), [3], chunksize=1) == [9]
    parent, child = recorder.spans
    assert (parent.worker, child.worker) == ("MainThread", "process 1")
    assert parent.start_s < child.start_s <= child.end_s < parent.end_s


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_worker_that_a_thread_has_started_has_a_lane_like_any_other(method):
    with Recorder() as recorder, multiprocessing.get_context(method).Pool(1, maxtasksperchild=1) as pool:
        assert pool.map(partial(recorder.run, square), [3, 4], chunksize=1) == [9, 16]
    assert [span.worker for span in recorder.spans] == ["process 1", "process 2"]


def test_a_recorded_lock_says_whether_it_is_locked():
    lock = Recorder().lock()
    assert not lock.locked()
    with lock:
        assert lock.locked()


def test_a_contended_lock_is_waiting_and_then_holding():
    with Recorder() as recorder:
        lock, asked = recorder.lock(), threading.Event()

        def second():
            asked.set()
            with lock:
                pass

        thread = threading.Thread(target=second, name="second")
        with lock:
            thread.start()
            asked.wait()
            recorder.sleep(0.05)
        thread.join()
    assert states(recorder, "MainThread") == ["holding", "sleeping"]
    assert states(recorder, "second") == ["waiting", "holding"]


def test_a_free_lock_is_held_without_waiting():
    with Recorder() as recorder, recorder.lock():
        pass
    assert states(recorder, "MainThread") == ["holding"]


def test_a_lock_refused_at_once_or_after_a_time_says_so():
    with Recorder() as recorder:
        lock = recorder.lock()
        assert lock.acquire()
        assert not lock.acquire(blocking=False)
        assert not lock.acquire(timeout=0.01)
        lock.release()
    assert sorted(states(recorder, "MainThread")) == ["holding", "waiting"]


def test_two_holders_never_overlap():
    with Recorder() as recorder:
        lock = recorder.lock()

        def hold():
            for _ in range(20):
                with lock:
                    pass

        threads = [threading.Thread(target=hold) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    held = [span for span in recorder.spans if span.state == "holding"]
    assert len(held) == 80
    assert all(before.end_s <= after.start_s for before, after in pairwise(held))


def test_an_exception_passes_through_and_its_span_is_kept():
    with Recorder() as recorder, pytest.raises(ZeroDivisionError), recorder.state("running"):
        1 / 0  # noqa: B018
    assert states(recorder, "MainThread") == ["running"]


def test_a_recorder_leaves_no_file_and_drops_what_comes_too_late():
    before = set(Path(tempfile.gettempdir()).glob("notes-*"))
    with Recorder() as recorder:
        recorder.note("running", 1, 2)
        mine = Path(recorder._directory)
        assert mine not in before
    recorder.note("running", 3, 4)
    assert not mine.exists()
    assert recorder.spans == [Span(1, 2, "MainThread", "running")]


def test_a_thread_s_own_view_of_the_clock_covers_the_whole_time_without_overlap():
    with Recorder() as recorder:
        watch_the_clock(recorder, 0.05)
    ends = [span.end_s for span in recorder.spans]
    starts = [span.start_s for span in recorder.spans]
    assert ends[:-1] == starts[1:]
    assert ends[-1] - starts[0] >= 0.05
    assert {span.state for span in recorder.spans} <= {"running", "waiting"}


def test_a_pool_s_worker_notes_when_it_was_ready():
    with Recorder() as recorder:
        ready(recorder, 0.0)
    assert (recorder.spans[0].state, recorder.spans[0].start_s) == ("waiting", 0.0)


SPANS = [
    Span(0.0, 1.0, "b", "sleeping"),
    Span(0.2, 0.9, "MainThread", "running"),
    Span(1.0, 1.001, "b", "holding"),
]


def test_lanes_are_named_top_down_with_the_main_thread_first():
    ax = timeline(SPANS)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["MainThread", "b"]
    assert ax.yaxis_inverted()
    assert [label.get_text() for label in timeline(SPANS, lanes=["b"]).get_yticklabels()] == ["b"]


def test_a_state_is_named_in_its_longest_span_or_in_a_key_when_it_is_too_short():
    ax = timeline(SPANS)
    assert {text.get_text() for text in ax.texts} == {"sleeping", "running"}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["holding"]


def test_a_span_is_drawn_where_it_was_in_the_colour_of_its_state():
    ax = timeline(SPANS)
    drawn = {
        (round(bar.get_x(), 6), round(bar.get_width(), 6)): matplotlib.colors.to_hex(bar.get_facecolor())
        for bar in ax.patches
        if bar.get_height()
    }
    assert drawn == {
        (0.0, 1.0): COLOURS["sleeping"],
        (0.2, 0.7): COLOURS["running"],
        (1.0, 0.001): COLOURS["holding"],
    }


def test_short_runs_are_in_milliseconds_and_long_ones_in_seconds():
    assert timeline(SPANS).get_xlabel() == "seconds"
    assert timeline([Span(5.0, 5.2, "a", "running")]).get_xlabel() == "milliseconds"


def test_given_axes_are_drawn_on_and_returned():
    ax = plt.figure().add_subplot()
    assert timeline(SPANS, ax=ax) is ax


def test_several_runs_share_one_scale():
    short, long = timelines({"short": SPANS, "long": [Span(0.0, 4.0, "b", "running")]})
    assert short.get_xlim() == long.get_xlim()
    assert short.get_xlim()[1] > 4


def test_a_label_of_a_long_run_does_not_press_the_chart_of_a_short_one_below_it_together(recwarn):
    stacked = timelines({"long": [Span(0, 5, "ant", "running")], "short": [Span(0, 0.05, "ant", "running")]})
    stacked[0].figure.draw_without_rendering()
    assert [str(warning.message) for warning in recwarn] == []


def test_charts_that_share_an_axis_share_its_unit_though_one_is_shorter_than_half_a_second():
    quick, slow = timelines({"quick": [Span(0.0, 0.4, "a", "running")], "slow": [Span(0.0, 0.6, "a", "running")]})
    assert slow.get_xlabel() == "seconds"
    assert [bar.get_width() for bar in (*quick.patches, *slow.patches)] == pytest.approx([0.4, 0.6])
    plt.close("all")


def test_nothing_to_draw_is_said():
    with pytest.raises(ValueError, match="no span to draw"):
        timeline([])


def test_the_four_colours_differ_in_lightness_so_that_greyscale_tells_them_apart():
    def lightness(colour):
        red, green, blue = matplotlib.colors.to_rgb(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted(map(lightness, COLOURS.values()))
    assert all(after - before > 0.12 for before, after in pairwise(shades))


def test_each_holder_of_a_semaphore_has_a_span_of_its_own():
    with Recorder() as recorder:
        permits, all_in = recorder.lock(threading.Semaphore(2)), threading.Barrier(2)

        def use():
            with permits:
                all_in.wait(timeout=30)

        threads = [threading.Thread(target=use, name=name) for name in ("first", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    first, second = recorder.spans
    assert {first.worker, second.worker} == {"first", "second"}
    assert (first.state, second.state) == ("holding", "holding")
    assert second.start_s < first.end_s


def test_a_permit_that_somebody_else_acquired_is_given_back_without_a_span():
    with Recorder() as recorder:
        recorder.lock(threading.Semaphore(0)).release()
    assert recorder.spans == []


def test_a_wait_for_a_notification_is_waiting():
    with Recorder() as recorder:
        changed, asked = recorder.condition(), threading.Event()

        def wait():
            with changed:
                asked.set()
                changed.wait(timeout=30)

        thread = threading.Thread(target=wait, name="waiter")
        thread.start()
        asked.wait()
        with changed:  # free only once the waiter has begun to wait
            recorder.sleep(0.02)
            changed.notify()
        thread.join()
    waits = [span for span in recorder.spans if (span.worker, span.state) == ("waiter", "waiting")]
    assert max(span.end_s - span.start_s for span in waits) >= 0.02
    assert "holding" in states(recorder, "waiter")


def test_a_wait_for_an_event_is_recorded_and_one_that_need_not_wait_is_not():
    with Recorder() as recorder:
        gate = recorder.waits(threading.Event())
        gate.wait(timeout=0.02)
        gate.set()
        assert gate.wait(timeout=30)
        assert gate.is_set()
    assert states(recorder, "MainThread") == ["waiting"]


def test_threads_are_drawn_under_the_names_of_their_targets():
    def lanes(*names):
        spans = [Span(start, start + 1, name, "running") for start, name in enumerate(names)]
        return [label.get_text() for label in timeline(spans).get_yticklabels()]

    assert lanes("Thread-3 (produce)", "Thread-5 (consume)") == ["produce", "consume"]
    assert lanes("Thread-10 (eat)", "Thread-9 (eat)", "Ann") == ["eat 2", "eat 1", "Ann"]
    assert lanes("Thread-4") == ["Thread-4"]
