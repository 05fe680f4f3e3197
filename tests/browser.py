"""What the tests in a real browser share: the browser, a server of pages, and a page in which nothing goes wrong."""

import contextlib
import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

# The first has no window to draw, and takes two thirds of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    def handle(self):
        """Answer; a browser may hang up in the middle, as it does when it leaves a page that is still coming in."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self):
        """Answer a browser that asks for /favicon.ico unbidden, as it may at the redirect that opens the book."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def served(folder):
    """The address at which a folder of pages can be read."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    """A browser; not for the whole session, because Playwright keeps an event loop running, which kernels want too."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on PATH (on Debian: apt install chromium-headless-shell)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(chromium):
    """A page that may use the clipboard."""
    return chromium.new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()


@contextlib.contextmanager
def watched(page, address, width=1280, scheme="light"):
    """A page in which nothing goes wrong: no console errors, no failed requests, none to other hosts.

    Afterwards it is as it was, ready for the next test: a page that has shown the book shows it again in half the time.
    """
    complaints = []

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # that is how a request ends when the reader leaves the page
            complaints.append(f"{request.failure}: {request.url}")

    complain = {
        "console": lambda said: complaints.append(said.text) if said.type == "error" else None,
        "pageerror": lambda error: complaints.append(str(error)),
        "requestfailed": failed,
        "response": lambda got: complaints.append(f"{got.status}: {got.url}") if got.status >= 400 else None,
        "request": lambda sent: None if sent.url.startswith((address, "data:")) else complaints.append(sent.url),
    }
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="screen", color_scheme=scheme)
    for event, handler in complain.items():
        page.on(event, handler)
    try:
        yield page
    finally:
        for event, handler in complain.items():
            page.remove_listener(event, handler)
        page.goto("about:blank")
        origin = {"origin": address, "storageTypes": "local_storage"}
        page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", origin)
        for other in page.context.pages:
            if other is not page:
                other.close()
    assert complaints == []
