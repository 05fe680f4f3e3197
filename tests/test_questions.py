"""A lesson's page in a real browser: what is folded, what is remembered, the page Again, repairs and traces."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import served, watched
from playwright.sync_api import expect
from sample_book import REPAIRED

pytestmark = pytest.mark.browser

KEPT = "JSON.parse(localStorage.getItem('every-interleaving'))"
FOLDED = "Choose an answer, and see what happens."


@pytest.fixture(scope="module")
def address(sample):
    with served(sample) as address:
        yield address


@pytest.fixture
def tab(page, address):
    with watched(page, address) as tab:
        yield tab


@pytest.fixture
def lesson(tab, address):
    tab.goto(f"{address}/notebooks/visits.html")
    return tab


def answer(page, question, name):
    return page.locator(f"details.answer[data-question={question}][data-answer='{name}']")


def choose(page, question, name):
    """Click, and wait until the page has heard of it: a browser tells of an opened answer a moment after the click."""
    details = answer(page, question, name)
    details.evaluate("e => { e.heard = new Promise(done => e.addEventListener('toggle', done, { once: true })); }")
    details.locator("summary").click()
    details.evaluate("e => e.heard")


def line_behind(page, question):
    return page.locator(f".goes-on[data-question={question}]")


def output_of_the_run(page):
    return page.locator(".cell_output", has_text="6 schedules")


def second_question(page):
    return page.get_by_text("And with three threads?")


def remember(page, **first):
    """Answer questions beforehand; the page is then loaded with them."""
    page.evaluate("first => localStorage.setItem('every-interleaving', JSON.stringify({ first }))", first)
    page.reload()


def expect_first(page, wanted):
    """Wait until exactly these first answers are kept: a browser says a moment later that an answer has opened."""
    same = f"wanted => JSON.stringify(Object.entries({KEPT}?.first || {{}}).sort()) === wanted"
    page.wait_for_function(same, arg=json.dumps([list(item) for item in sorted(wanted.items())], separators=(",", ":")))


def opened(page):
    return page.locator("details.answer[open]").evaluate_all("all => all.map(one => one.dataset.answer)")


# ---- folding ------------------------------------------------------------------------------------------------------


def test_what_follows_a_prediction_is_folded_up_to_the_next_heading(lesson):
    expect(line_behind(lesson, "two-visits")).to_have_text(FOLDED)
    expect(line_behind(lesson, "three-visits")).not_to_be_visible()
    expect(output_of_the_run(lesson)).not_to_be_visible()
    expect(second_question(lesson)).not_to_be_visible()
    expect(lesson.get_by_text("A lock around both steps.")).to_be_visible()


def test_opening_an_answer_unfolds_the_rest_up_to_the_next_question(lesson):
    choose(lesson, "two-visits", "02")
    expect(output_of_the_run(lesson)).to_be_visible()
    expect(line_behind(lesson, "two-visits")).not_to_be_visible()
    expect(answer(lesson, "three-visits", "right")).to_be_visible()
    expect(lesson.get_by_text("Text behind the second question.")).not_to_be_visible()
    choose(lesson, "three-visits", "right")
    expect(lesson.get_by_text("Text behind the second question.")).to_be_visible()
    expect(lesson.locator(".goes-on:visible")).to_have_count(0)


def test_a_player_that_was_folded_works(lesson):
    choose(lesson, "two-visits", "right")
    choose(lesson, "three-visits", "right")
    player = lesson.locator(".interleave-player")
    for thread in (0, 1, 1, 0):
        player.locator(".ip-step").nth(thread).click()
    expect(player.locator(".ip-verdict")).to_have_text("You broke it: it ended at 1.")


def test_nothing_is_folded_behind_a_question_on_an_earlier_lesson(tab, address):
    tab.goto(f"{address}/notebooks/stalls.html")
    expect(tab.get_by_text("Nothing is folded behind a question of this kind.")).to_be_visible()
    choose(tab, "steps", "11")
    expect(answer(tab, "steps", "11")).to_have_class("answer recall first")


JUMPS = """
    window.jumps = [];
    new PerformanceObserver((list) => jumps.push(...list.getEntries().map((jump) => jump.value)))
      .observe({ type: "layout-shift", buffered: true });"""


def test_the_page_does_not_jump_while_it_loads(chromium, address):
    with chromium.new_context() as context, watched(context.new_page(), address) as tab:
        tab.add_init_script(JUMPS)
        for first in ({}, {"two-visits": "02"}):
            tab.goto(f"{address}/notebooks/visits.html")
            remember(tab, **first)
            tab.wait_for_load_state("networkidle")
            assert sum(tab.evaluate("jumps")) < 0.01


# ---- the first answer ---------------------------------------------------------------------------------------------


def mark_of(page, question, name):
    return answer(page, question, name).evaluate("e => getComputedStyle(e.firstElementChild, '::after').content")


def test_the_first_answer_opened_is_kept_and_marked_and_others_can_be_read(lesson):
    choose(lesson, "two-visits", "02")
    choose(lesson, "two-visits", "right")
    expect_first(lesson, {"two-visits": "02"})
    assert opened(lesson) == ["02", "right"]
    assert mark_of(lesson, "two-visits", "02") == '"your first answer"'
    assert mark_of(lesson, "two-visits", "right") == "none"
    expect(answer(lesson, "two-visits", "02").locator("summary")).to_match_aria_snapshot(
        '- text: "Only at 2, because each thread adds its own"\n- code: "1"\n- text: "your first answer"'
    )


def test_a_prediction_is_answered_without_a_verdict(lesson):
    choose(lesson, "two-visits", "02")
    expect(output_of_the_run(lesson)).to_be_visible()
    said = lesson.locator("details.answer[data-question=two-visits], .page-says").all_inner_texts()
    assert not re.search("right|wrong|correct", " ".join(said))


def test_a_first_answer_outlives_the_page_and_stands_open_when_the_reader_comes_back(lesson, address):
    choose(lesson, "two-visits", "07")
    lesson.reload()
    assert opened(lesson) == ["07"]
    assert mark_of(lesson, "two-visits", "07") == '"your first answer"'
    expect(output_of_the_run(lesson)).to_be_visible()
    lesson.goto(f"{address}/notebooks/stalls.html")
    lesson.goto(f"{address}/notebooks/visits.html")
    assert opened(lesson) == ["07"]


def test_a_screen_reader_hears_that_the_page_goes_on_and_focus_stays(lesson):
    says = lesson.locator(".page-says")
    expect(says).to_have_attribute("role", "status")
    summary = answer(lesson, "two-visits", "07").locator("summary")
    summary.focus()
    lesson.keyboard.press("Enter")
    expect(says).to_have_text("What happens is shown below.")
    expect(summary).to_be_focused()


def test_keys_alone_answer_a_question_and_the_focus_is_seen(lesson):
    button = lesson.get_by_role("button", name="Show everything")
    button.focus()
    summary = answer(lesson, "two-visits", "02").locator("summary")
    for _ in range(20):
        lesson.keyboard.press("Tab")
        if summary.evaluate("e => e === document.activeElement"):
            break
    expect(summary).to_be_focused()
    assert summary.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    lesson.keyboard.press("Tab")
    lesson.keyboard.press("Space")
    expect_first(lesson, {"two-visits": "right"})
    expect(output_of_the_run(lesson)).to_be_visible()


def test_an_answer_in_another_tab_arrives_in_this_one(lesson, address):
    other = lesson.context.new_page()
    other.goto(f"{address}/notebooks/visits.html")
    choose(other, "two-visits", "02")
    expect(output_of_the_run(lesson)).to_be_visible()


# ---- everything, links, paper -------------------------------------------------------------------------------------


def test_show_everything_holds_for_the_whole_book_until_it_is_switched_off(lesson, address):
    button = lesson.get_by_role("button", name="Show everything")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(output_of_the_run(lesson)).to_be_visible()
    expect(lesson.get_by_text("Text behind the second question.")).to_be_visible()
    lesson.goto(f"{address}/notebooks/stalls.html")
    expect(lesson.get_by_text("It stalls.")).to_be_visible()
    assert opened(lesson) == []
    lesson.get_by_role("button", name="Show everything").click()
    expect(lesson.get_by_text("It stalls.")).not_to_be_visible()


def test_a_link_into_what_is_folded_unfolds_it(lesson, address):
    lesson.goto(f"{address}/notebooks/visits.html#question-three-visits")
    expect(second_question(lesson)).to_be_in_viewport()
    expect(line_behind(lesson, "three-visits")).to_be_visible()
    assert opened(lesson) == []
    lesson.reload()
    expect(second_question(lesson)).to_be_visible()
    assert lesson.evaluate(KEPT) is None


def test_a_link_on_the_page_itself_unfolds_too(lesson):
    lesson.evaluate("location.hash = '#question-three-visits'")
    expect(second_question(lesson)).to_be_in_viewport()


def test_on_paper_nothing_is_folded_and_afterwards_all_is_as_it_was(lesson):
    lesson.emulate_media(media="print")
    expect(output_of_the_run(lesson)).to_be_visible()
    expect(lesson.locator(".goes-on:visible, .show-everything:visible")).to_have_count(0)
    lesson.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(lesson.get_by_text("A write is not undone")).to_be_visible()
    expect(lesson.locator("details.answer:not([open])")).to_have_count(0)
    lesson.evaluate("window.dispatchEvent(new Event('afterprint'))")
    lesson.emulate_media(media="screen")
    expect(output_of_the_run(lesson)).not_to_be_visible()
    assert opened(lesson) == []
    assert lesson.evaluate(KEPT) is None


def test_printing_opens_all_answers_and_commits_to_none(lesson):
    lesson.evaluate("""() => {
        window.toggled = 0;
        const count = ({ target }) => { toggled += target.matches("details.answer") ? 1 : 0; };
        document.addEventListener("toggle", count, true);
        window.open_on_paper = -1;
        const look = () => { open_on_paper = document.querySelectorAll("details.answer[open]").length; };
        window.addEventListener("beforeprint", look);
    }""")
    lesson.pdf()
    assert lesson.evaluate("open_on_paper") == 5
    lesson.wait_for_function("toggled >= 5")
    assert lesson.evaluate(KEPT) is None
    assert opened(lesson) == []


# ---- where something is missing -----------------------------------------------------------------------------------


def test_without_scripts_everything_is_in_sight_but_the_text_of_the_answers(chromium, address):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/notebooks/visits.html")
    expect(output_of_the_run(page)).to_be_visible()
    expect(page.get_by_text("Text behind the second question.")).to_be_visible()
    expect(page.get_by_text("A write is not undone")).not_to_be_visible()
    expect(page.locator(".goes-on:visible, .show-everything:visible")).to_have_count(0)
    page.goto(f"{address}/book/again.html")
    expect(page.locator(".again-question:visible")).to_have_count(4)
    expect(page.locator(".again-controls:visible, .ask-again:visible")).to_have_count(0)
    page.context.close()


BLOCKED = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } })"""
)


def test_where_storage_is_blocked_all_works_but_the_memory(chromium, address):
    tab = chromium.new_page()  # not watched: the theme's own script complains of the storage
    tab.add_init_script(BLOCKED)
    tab.goto(f"{address}/notebooks/visits.html")
    choose(tab, "two-visits", "02")
    choose(tab, "two-visits", "right")
    expect(output_of_the_run(tab)).to_be_visible()
    expect(tab.locator("details.first")).to_have_attribute("data-answer", "02")
    tab.get_by_role("button", name="Show everything").click()
    expect(tab.get_by_text("Text behind the second question.")).to_be_visible()
    tab.goto(f"{address}/book/again.html")
    expect(tab.locator(".again-counts")).to_have_text("4 questions: 0 right at first, 0 not, 4 not tried")
    tab.close()


def test_what_others_left_in_the_storage_does_no_harm(lesson):
    for left in ("null", "[]", "{", '{"first": 3}', '{"first": {"two-visits": 3}}'):
        lesson.evaluate("left => localStorage.setItem('every-interleaving', left)", left)
        lesson.reload()
        expect(line_behind(lesson, "two-visits")).to_be_visible()
    choose(lesson, "two-visits", "02")
    expect_first(lesson, {"two-visits": "02"})


def test_the_page_works_from_a_file(page, sample):
    with watched(page, "file://"):
        page.goto((sample / "notebooks" / "visits.html").as_uri())
        choose(page, "two-visits", "02")
        page.reload()
        assert opened(page) == ["02"]
        page.goto((sample / "book" / "again.html").as_uri())
        expect(page.locator(".again-counts")).to_contain_text("1 not, 3 not tried")


# ---- the page Again -----------------------------------------------------------------------------------------------


@pytest.fixture
def again(tab, address):
    tab.goto(f"{address}/book/again.html")
    return tab


def order(page):
    parts = page.locator(".again-questions > *")
    return parts.evaluate_all("all => all.map(one => one.dataset.question || one.textContent)")


def test_again_begins_with_what_was_wrong_and_ends_with_what_was_right(again):
    remember(again, **{"two-visits": "right", "stall": "21"})
    assert order(again) == ["Not right at first", "stall", "Not tried yet", "three-visits", "steps",
                            "Right at first", "two-visits"]  # fmt: skip
    expect(again.locator(".again-counts")).to_have_text("4 questions: 1 right at first, 1 not, 2 not tried")
    assert opened(again) == []


def test_an_answer_on_again_counts_at_once_and_nothing_moves(again):
    before = order(again)
    choose(again, "stall", "21")
    assert order(again) == before
    expect(again.locator(".again-counts")).to_contain_text("1 not, 3 not tried")
    expect_first(again, {"stall": "21"})


def test_ask_again_forgets_one_question_and_shuts_its_answers(again):
    choose(again, "stall", "21")
    choose(again, "stall", "right")
    choose(again, "steps", "11")
    ask = again.locator(".again-question[data-question=stall]").get_by_role("button", name="Ask again")
    ask.click()
    expect_first(again, {"steps": "11"})
    assert opened(again) == ["11"]
    expect(ask).not_to_be_visible()
    choose(again, "stall", "right")
    expect_first(again, {"steps": "11", "stall": "right"})


def test_forget_all_asks_once_and_then_forgets_all(again):
    choose(again, "stall", "21")
    again.once("dialog", lambda dialog: dialog.dismiss())
    again.get_by_role("button", name="Forget all").click()
    expect_first(again, {"stall": "21"})
    again.once("dialog", lambda dialog: dialog.accept())
    again.get_by_role("button", name="Forget all").click()
    expect_first(again, {})
    assert opened(again) == []
    expect(again.locator(".page-says")).to_have_text("Your answers are forgotten.")


def test_what_is_saved_can_be_loaded_in_another_browser(again, chromium, address, tmp_path):
    choose(again, "stall", "21")
    with again.expect_download() as download:
        again.get_by_role("button", name="Save").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8")) == {"first": {"stall": "21"}}
    with chromium.new_context() as elsewhere, watched(elsewhere.new_page(), address) as other:
        other.goto(f"{address}/book/again.html")
        choose(other, "steps", "right")
        with other.expect_file_chooser() as chooser:
            other.get_by_role("button", name="Load", exact=True).click()
        chooser.value.set_files(file)
        expect(other.locator(".page-says")).to_have_text("The answers in the file are loaded.")
        expect_first(other, {"steps": "right", "stall": "21"})
        assert order(other)[:2] == ["Not right at first", "stall"]


@pytest.mark.parametrize(
    "content", ["", "{", "3", "null", '{"first": ["stall"]}', '{"first": {"stall": 1}}', "\x00\xff"]
)
def test_a_file_without_answers_is_refused_in_a_sentence(again, content):
    choose(again, "stall", "21")
    file = {"name": "answers.json", "mimeType": "application/json", "buffer": content.encode()}
    again.locator(".again-file").set_input_files(file)
    refusal = "This file holds no answers of this book, and nothing has changed."
    expect(again.locator(".page-says")).to_have_text(refusal)
    expect_first(again, {"stall": "21"})


def test_a_question_of_again_leads_to_its_place_in_the_lesson(again):
    again.locator(".again-question[data-question=three-visits] .again-place a").click()
    expect(second_question(again)).to_be_in_viewport()


# ---- repairs, solutions, long lines and traces --------------------------------------------------------------------


def test_a_repair_is_marked_with_a_sign_that_is_not_copied(lesson):
    repair = lesson.locator(".repair")
    signs = repair.locator(".hll").evaluate_all("all => all.map(one => getComputedStyle(one, '::before').content)")
    assert signs == ['"+" / ""'] * 4
    repair.hover()
    repair.locator("button.copybtn").click()
    expect(repair.locator("button.copybtn.success")).to_be_visible()
    assert lesson.evaluate("navigator.clipboard.readText()") == REPAIRED


def test_a_solution_is_folded_with_its_output_and_its_line_says_what_it_is(lesson):
    solution = lesson.locator(".tag_hide-cell")
    expect(solution.get_by_text("Solved: it is.")).not_to_be_visible()
    expect(solution.locator("summary")).to_have_text("Show a solution", use_inner_text=True)
    solution.locator("summary").click()
    expect(solution.locator("summary")).to_have_text("Hide the solution", use_inner_text=True)
    expect(solution.get_by_text("Solved: it is.")).to_be_visible()
    expect(solution.get_by_text("print('Solved')")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_line_of_code_is_in_sight_as_a_whole(lesson, width):
    lesson.set_viewport_size({"width": width, "height": 900})
    pre = lesson.locator("pre", has_text="an_argument_with_a_long_name")
    assert pre.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert pre.evaluate("e => e.clientHeight > 2 * parseFloat(getComputedStyle(e).lineHeight)")
    assert lesson.evaluate("document.documentElement.scrollWidth <= innerWidth")


def badges(trace):
    return trace.locator("[data-t]").evaluate_all("all => all.map(one => getComputedStyle(one, '::before').content)")


@pytest.fixture
def trace(tab, address):
    tab.goto(f"{address}/notebooks/stalls.html")
    tab.get_by_role("button", name="Show everything").click()
    return tab.locator(".interleave-trace")


def test_on_a_phone_each_step_of_a_trace_has_a_badge_and_what_came_of_it_below(tab, trace):
    tab.set_viewport_size({"width": 390, "height": 900})
    assert badges(trace) == [f'"Thread-{thread}"' for thread in (1, 2, 2, 1)]
    third = trace.locator("tbody tr").nth(2)
    number, statement, news = third.locator("th"), third.locator("[data-t]"), third.locator("td:last-child")
    expect(news).to_have_text("page.visits = 1")
    boxes = [part.bounding_box() for part in (number, statement, news)]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert boxes[1]["y"] + boxes[1]["height"] <= boxes[2]["y"] + 1
    assert trace.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_on_a_wide_screen_a_trace_has_a_column_for_each_thread_and_no_badges(trace):
    assert set(badges(trace)) == {"none"}
    tops = trace.locator("tbody tr").nth(2).locator("th, td").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(set(tops)) == 1


# ---- no reader is kept out ----------------------------------------------------------------------------------------


AXE = {
    "resultTypes": ["violations"],
    "rules": {"region": {"enabled": False}},  # the logo in the theme's sidebar stands in no landmark
    "preload": False,  # it would look for the theme's style sheets in the wrong place
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lesson", ["notebooks/visits", "notebooks/stalls", "book/again"])
def test_axe_finds_nothing_that_keeps_a_reader_out(lesson, scheme, chromium, address):
    with (
        chromium.new_context(reduced_motion="reduce") as calm,
        watched(calm.new_page(), address, scheme=scheme) as tab,
    ):
        tab.goto(f"{address}/{lesson}.html")
        remember(tab, **{"two-visits": "02", "three-visits": "right", "stall": "right"})
        tab.locator("article details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        tab.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")  # the theme fades in
        found = Axe().run(tab, options=AXE)
        assert found.violations_count == 0, found.generate_report()
