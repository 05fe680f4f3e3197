"""The player in a real browser: the reader is the scheduler."""

import threading

import pytest
from playwright.sync_api import expect

from helpers.interleave import explore

pytestmark = pytest.mark.browser


class Counter:
    def __init__(self):
        self.value = 0

    def increment(self):
        value = self.value
        self.value = value + 1


def lost_update():
    counter = Counter()
    run_both(counter.increment, counter.increment)
    return counter.value


def run_both(*functions, args=((), ())):
    threads = [threading.Thread(target=function, args=own) for function, own in zip(functions, args, strict=False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def opposite_locks():
    first, second = threading.Lock(), threading.Lock()
    taken = []

    def take(outer, inner):
        with outer:
            taken.append(1)
            with inner:
                taken.append(2)

    run_both(take, take, args=[(first, second), (second, first)])
    return len(taken)


def guarded():
    lock = threading.Lock()
    total = 0

    def add():
        nonlocal total
        with lock:
            total = total + 1

    run_both(add, add)
    return total


def markup():
    text = "<b>bold</b>"

    def close():
        nonlocal text
        text = "</script><b>`"

    run_both(close)
    return text


def player_of(program, *watch):
    return explore(program).player(watch=watch)


@pytest.fixture(scope="module")
def counter():
    return player_of(lost_update, "counter.value")


@pytest.fixture(scope="module")
def locks():
    return player_of(opposite_locks, "len(taken)")


@pytest.fixture(scope="module")
def context(chromium):
    return chromium.new_context(viewport={"width": 1000, "height": 900}, color_scheme="light")


@pytest.fixture
def tab(context):
    complaints = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: complaints.append(sent.url))
    yield page
    page.close()
    assert complaints == []


def open_page(tab, *players):
    elements = "".join(player._repr_html_() for player in players)
    tab.set_content(f"<!doctype html><html><body><input>{elements}</body></html>")
    return tab.locator(".interleave-player").all()


def thread(player, number):
    return player.locator(f"[data-thread='{number}']")


def walk(player, path):
    for number in path:
        thread(player, number).click()


def step_until(player, number, text):
    while text not in thread(player, number).inner_text():
        thread(player, number).click()


def run_out(player, number):
    while thread(player, number).get_attribute("aria-disabled") == "false":
        thread(player, number).click()


def picture(player):
    """All that the element shows of the program's state and of the steps taken."""
    return player.evaluate("""root => {
        const copy = root.querySelector(".ip-body").cloneNode(true);
        copy.querySelectorAll("[aria-live], .ip-count, .ip-endings").forEach(part => part.remove());
        return copy.innerHTML;
    }""")


def ending(player, good):
    return next(one for one in player.data["endings"] if one["good"] is good)


def test_the_table_gives_way_to_the_player(tab, counter):
    (player,) = open_page(tab, counter)
    expect(player.locator(".interleave-fallback")).to_be_hidden()
    expect(thread(player, 0)).to_be_visible()
    expect(player.get_by_role("group", name="You are the scheduler")).to_be_visible()


def test_a_reader_loses_an_update(tab, counter):
    (player,) = open_page(tab, counter)
    step_until(player, 0, "self.value = value + 1")
    run_out(player, 1)
    run_out(player, 0)
    expect(player.locator(".ip-verdict")).to_have_text("You broke it: it ended at 1.")
    expect(player.locator(".ip-values")).to_contain_text("counter.value = 1")


def test_a_change_is_marked_and_told(tab, counter):
    (player,) = open_page(tab, counter)
    step_until(player, 0, "self.value = value + 1")
    expect(player.locator(".ip-note").first.locator(".ip-changed")).to_contain_text("value = 0 (changed)")
    thread(player, 0).click()
    expect(player.locator(".ip-values .ip-changed")).to_contain_text("counter.value = 1")
    expect(player.locator(".ip-values")).to_contain_text("was 0")
    expect(player.locator(".ip-log li").last).to_contain_text("self.value = value + 1 → counter.value = 1")


def test_a_schedule_that_goes_well_sends_the_reader_on(tab, counter):
    (player,) = open_page(tab, counter)
    run_out(player, 0)
    run_out(player, 1)
    verdict = "It ended at 2. This schedule went well; can you find one that does not?"
    expect(player.locator(".ip-verdict")).to_have_text(verdict)


def test_a_program_that_nothing_breaks_says_so_and_offers_no_failing_schedule(tab):
    (player,) = open_page(tab, player_of(guarded, "total"))
    run_out(player, 0)
    run_out(player, 1)
    expect(player.locator(".ip-verdict")).to_have_text("It ended at 2: no schedule breaks it.")
    expect(player.locator(".ip-show")).to_have_count(0)


def test_undo_goes_back_over_the_very_same_states(tab, counter):
    (player,) = open_page(tab, counter)
    path = ending(counter, good=False)["path"]
    pictures = []
    for number in path:
        pictures.append(picture(player))
        thread(player, number).click()
    for before in reversed(pictures):
        player.locator(".ip-undo").click()
        assert picture(player) == before
    expect(player.locator(".ip-undo")).to_have_attribute("aria-disabled", "true")


def test_restart_goes_back_to_the_start(tab, counter):
    (player,) = open_page(tab, counter)
    start = picture(player)
    walk(player, ending(counter, good=True)["path"])
    assert picture(player) != start
    player.locator(".ip-restart").click()
    assert picture(player) == start


def test_keys_step_undo_and_restart(tab, counter):
    (player,) = open_page(tab, counter)
    thread(player, 0).focus()
    for key, steps in (("1", 1), ("2", 2), ("2", 3), ("u", 2), ("9", 2), ("r", 0)):
        tab.keyboard.press(key)
        expect(player.locator(".ip-title").nth(1)).to_have_text(f"Steps taken: {steps}")
    tab.keyboard.press("Enter")
    expect(player.locator(".ip-title").nth(1)).to_have_text("Steps taken: 1")


def test_a_click_anywhere_in_it_turns_the_keyboard_to_the_player(tab, counter):
    (player,) = open_page(tab, counter)
    player.locator(".ip-values").click()
    tab.keyboard.press("2")
    expect(player.locator(".ip-title").nth(1)).to_have_text("Steps taken: 1")


def test_only_the_players_own_keys_inside_it_are_kept_from_the_page(tab, counter):
    (player,) = open_page(tab, counter)
    tab.evaluate("""() => {
        window.heard = [];
        document.addEventListener("keydown", event => window.heard.push(event.key), true);
    }""")
    tab.locator("input").focus()
    tab.keyboard.type("1ur")
    expect(tab.locator("input")).to_have_value("1ur")
    thread(player, 0).focus()
    for key in ("2", "u", "r", "Enter", "j", "Control+1", "Shift+Enter"):
        tab.keyboard.press(key)
    assert tab.evaluate("window.heard") == ["1", "u", "r", "j", "Control", "1", "Shift", "Enter"]


def test_opposite_orders_of_two_locks_end_in_deadlock_and_each_button_says_why(tab, locks):
    (player,) = open_page(tab, locks)
    deadlock = ending(locks, good=False)
    walk(player, deadlock["path"])
    expect(player.locator(".ip-verdict")).to_have_text("You broke it: d" + deadlock["text"].replace("`", "")[1:])
    for number in (0, 1):
        button = thread(player, number)
        expect(button).to_have_attribute("aria-disabled", "true")
        note = player.locator(f"[id='{button.get_attribute('aria-describedby')}']")
        expect(note).to_contain_text(f"held by {locks.data['threads'][1 - number]}")


def test_a_button_that_can_do_nothing_keeps_the_focus_and_says_why(tab, locks):
    (player,) = open_page(tab, locks)
    path = ending(locks, good=False)["path"]
    walk(player, path)
    expect(thread(player, path[-1])).to_be_focused()
    tab.keyboard.press("Enter")
    expect(player.locator("[aria-live]")).to_contain_text("cannot take a step: waiting for")
    tab.keyboard.press("u")
    expect(thread(player, path[-1])).to_be_focused()
    expect(thread(player, path[-1])).to_have_attribute("aria-disabled", "false")


def test_a_standstill_is_no_good_ending_although_it_comes_without_any_interruption():
    def program():
        gate = threading.Event()

        def open_and_shut():
            gate.set()
            gate.clear()

        run_both(open_and_shut, gate.wait)
        return "through"

    endings = explore(program).player().data["endings"]
    assert {one["text"].split(":")[0]: one["good"] for one in endings} == {
        "It ended at 'through'.": True,
        "Standstill": False,
    }


@pytest.mark.parametrize("name", ["counter", "locks"])
def test_every_ending_can_be_reached_by_clicks_and_is_counted(tab, name, request):
    made = request.getfixturevalue(name)
    (player,) = open_page(tab, made)
    endings = made.data["endings"]
    for number, one in enumerate(endings, 1):
        walk(player, one["path"])
        text = one["text"].replace("`", "")
        expect(player.locator(".ip-verdict")).to_have_attribute("data-good", str(one["good"]).lower())
        expect(player.locator(".ip-verdict")).to_contain_text(text[1:].rstrip("."))
        expect(player.locator(".ip-count")).to_have_text(f"Endings found: {number} of {len(endings)}")
        expect(player.locator(".ip-endings li").last).to_have_text(text)
        player.locator(".ip-restart").click()


@pytest.mark.parametrize("name", ["counter", "locks"])
def test_a_failing_schedule_is_shown_step_by_step(tab, name, request):
    made = request.getfixturevalue(name)
    (player,) = open_page(tab, made)
    thread(player, 1).click()
    show = player.get_by_role("button", name="Show me a failing schedule")
    show.click()
    expect(player.locator(".ip-title").nth(1)).to_have_text("Steps taken: 0")
    for _ in ending(made, good=False)["path"]:
        player.get_by_role("button", name="Next step").click()
    expect(player.locator(".ip-verdict")).to_have_attribute("data-good", "false")
    expect(player.locator(".ip-verdict")).to_contain_text("This breaks it")
    expect(player.locator(".ip-endings")).to_contain_text("(shown to you)")


def test_the_reader_can_take_over_while_a_schedule_is_shown(tab, counter):
    (player,) = open_page(tab, counter)
    show = player.locator(".ip-show")
    show.click()
    show.click()
    expect(show).to_have_text("Next step")
    walk(player, [1])
    expect(show).to_have_text("Show me a failing schedule")
    expect(player.locator(".ip-title").nth(1)).to_have_text("Steps taken: 2")


def test_each_step_is_told_to_those_who_listen(tab, locks):
    (player,) = open_page(tab, locks)
    live = player.locator("[aria-live=polite]")
    said = set()
    for number in ending(locks, good=False)["path"]:
        thread(player, number).click()
        expect(live).to_contain_text(f"Step {len(said) + 1}, {locks.data['threads'][number]}: ")
        said.add(live.inner_text())
    expect(live).to_contain_text("is blocked: waiting for")
    expect(live).to_contain_text("You broke it: deadlock")
    player.locator(".ip-undo").click()
    expect(live).to_contain_text("Undone.")


def test_two_players_on_a_page_go_their_own_ways(tab, counter, locks):
    first, second = open_page(tab, counter, locks)
    before = picture(second)
    thread(first, 0).click()
    assert picture(second) == before
    thread(second, 1).focus()
    tab.keyboard.press("2")
    expect(first.locator(".ip-log li")).to_have_count(1)
    expect(second.locator(".ip-log li")).to_have_count(1)
    notes = tab.locator(".ip-note").evaluate_all("all => all.map(note => note.id)")
    assert len(set(notes)) == 4


def test_what_a_program_says_is_never_taken_for_markup(tab):
    (player,) = open_page(tab, player_of(markup, "text"))
    run_out(player, 0)
    expect(player.locator(".ip-values")).to_contain_text("</script><b>`")
    expect(player.locator(".ip-verdict")).to_contain_text("It ended at '</script><b>")
    expect(player.locator("b")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 700])
def test_the_page_is_no_wider_than_the_screen(tab, width, counter, locks):
    tab.set_viewport_size({"width": width, "height": 800})
    for player, made in zip(open_page(tab, counter, locks), (counter, locks), strict=True):
        walk(player, ending(made, good=False)["path"])
    assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


CONTRASTS = """root => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgba = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const light = colour => colour.slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => {
        const colour = rgba(getComputedStyle(e).backgroundColor);
        return colour[3] === 255 ? colour : ground(e.parentElement);
    };
    return [...root.querySelectorAll(".ip-body *")]
        .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.closest(".ip-sr"))
        .map(e => {
            const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort();
            return [e.textContent, (b + 0.05) / (a + 0.05)];
        });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(tab, theme, locks):
    (player,) = open_page(tab, locks)
    tab.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    for number in ending(locks, good=False)["path"]:
        thread(player, number).click()
        assert [one for one in player.evaluate(CONTRASTS) if one[1] < 4.5] == []
