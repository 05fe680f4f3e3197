"""A real browser opens the book, and does what a reader does."""

import re
import socket

import pytest
from browser import Quiet, served, watched
from playwright.sync_api import expect

from notebooks import ROOT, prose

pytestmark = pytest.mark.browser

WIDTHS = [1400, 390]


@pytest.fixture(scope="module")
def address(pages):
    with served(pages) as address:
        yield address


@pytest.fixture(params=WIDTHS, ids=["wide", "phone"])
def tab(request, page, address):
    with watched(page, address, request.param) as tab:
        yield tab


def test_the_server_is_silent_about_a_browser_that_hangs_up_and_about_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "page.html").write_bytes(bytes(4_000_000))

    def answer_and_hang_up():
        here, there = socket.socketpair()
        with there:
            here.sendall(b"GET /page.html HTTP/1.0\r\n\r\n")
            here.close()
            Quiet(there, ("browser", 0), None, directory=tmp_path)

    answer_and_hang_up()
    monkeypatch.setattr(Quiet, "do_GET", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        answer_and_hang_up()


def files_of_toc():
    """The pages of the book in reading order."""
    return re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


def title(file):
    """The heading of a page."""
    source = next(ROOT.glob(f"{file}.*"))
    text = prose(source) if source.suffix == ".ipynb" else source.read_text(encoding="utf-8")
    return re.search(r"^# (.*)$", text, re.M)[1]


def test_next_links_lead_through_all_pages_and_each_fits_the_width(page, address):
    titles = []
    with watched(page, address) as tab:
        tab.goto(f"{address}/index.html")
        while True:
            titles.append(tab.locator("article h1").inner_text().rstrip("#"))
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 900})
                overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert overflow <= 0, f"{titles[-1]} is {overflow} pixels wider than a screen of {width}"
            following = tab.locator("a.right-next")
            if following.count() == 0:
                break
            with tab.expect_navigation():
                following.click()
    wanted = [title(file) for file in files_of_toc()]
    assert titles == wanted


def test_what_answers_a_prediction_unfolds_once_one_is_chosen_and_a_solution_is_folded(tab, address):
    tab.goto(f"{address}/notebooks/threads/01_multithreading.html")
    times = tab.locator("div.cell", has_text="compare(fetches, times=3)").locator("pre").last
    expect(times).not_to_be_visible()
    tab.locator('details.answer[data-question="eight-fetches"] summary').first.click()
    expect(times).to_contain_text("CPython")
    expect(times).to_be_visible()
    solution = tab.locator("details", has_text="# Solution:").first
    expect(solution.locator("pre", has_text="Solved: ")).not_to_be_visible()
    solution.locator("summary").click()
    expect(solution.locator("pre", has_text="Solved: ")).to_be_visible()


def test_the_page_turns_dark_and_its_figures_are_dimmed_and_keep_their_colours(tab, address):
    tab.goto(f"{address}/notebooks/threads/01_multithreading.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = tab.evaluate(ground)
    figure = tab.locator(".cell_output img").first
    expect(figure).to_have_css("filter", "none")
    for _ in range(3):  # light, dark and the system's own follow one another
        tab.locator(".article-header-buttons .theme-switch-button").click()
        if tab.locator("html").get_attribute("data-theme") == "dark":
            break
    assert tab.evaluate(ground) != before
    expect(figure).to_have_css("background-color", "rgb(251, 251, 248)")
    expect(figure).to_have_css("filter", "brightness(0.82) saturate(1.15)")  # no inversion: dark is holding


def test_search_finds_the_page_that_explains_a_word(tab, address):
    tab.goto(f"{address}/search.html?q=oversubscription")
    expect(tab.locator("#search-results a", has_text="Pool size").first).to_be_visible()


def test_a_copy_button_copies_the_code(tab, address):
    tab.goto(f"{address}/notebooks/threads/01_multithreading.html")
    cell = tab.locator("div.highlight", has_text="def fetch").first
    cell.hover()
    cell.locator("button.copybtn").click()
    expect(cell.locator("button.copybtn.success")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()").startswith("def fetch(name):")


@pytest.mark.parametrize(
    ("lesson", "threads", "ending"),
    [
        ("02_races", "1221", "You broke it: it ended at 1."),
        ("05_conditions", "111" + "22222" + "333" + "111" + "22222", "IndexError: pop from empty list"),
        ("06_semaphores", "111111" + "22222222" + "222222" + "1", "Thread-1 waits for a permit"),
        ("07_events_and_barriers", "221", "Thread-1 waits for gate to be set"),
    ],
)
def test_the_reader_breaks_a_program_in_the_page_of(lesson, threads, ending, page, address):
    with watched(page, address) as tab:
        tab.goto(f"{address}/notebooks/threads/{lesson}.html")
        tab.get_by_role("button", name="Show everything").click()
        player = tab.locator(".interleave-player").first
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            expect(player.locator(".ip-verdict")).not_to_contain_text("You broke it")
            for thread in threads:
                player.locator(".ip-step").nth(int(thread) - 1).click()
            expect(player.locator(".ip-verdict")).to_contain_text("You broke it")
            expect(player.locator(".ip-verdict")).to_contain_text(ending)
            player.get_by_role("button", name="Restart").click()


def test_the_summary_of_a_part_prints_on_one_sheet_and_the_quiz_begins_on_the_next(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/notebooks/threads/09_what_you_know.html")
    quiz = page.locator("section[id$=predictions]")
    page.emulate_media(media="print")
    assert quiz.evaluate("e => getComputedStyle(e).breakBefore") == "page"
    quiz.evaluate("e => e.remove()")
    paper = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "15mm"))
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.close()


def test_where_scripts_do_not_run_a_table_stands_in_for_the_player(chromium, address):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/notebooks/threads/02_races.html")
        table = page.locator(".interleave-fallback table").first
        expect(table).to_be_visible()
        expect(table.locator("tbody tr")).to_have_count(4)
