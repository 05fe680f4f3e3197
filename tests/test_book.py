"""The built book: no warnings, no dead links, and every image can be read aloud."""

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from notebooks import NOTEBOOKS, ROOT, code_cells


@pytest.fixture(scope="module")
def soups(pages) -> dict[Path, BeautifulSoup]:
    found = {page: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser") for page in pages.rglob("*.html")}
    return {page: soup for page, soup in found.items() if soup.select_one("article")}


def test_the_book_builds_without_a_warning(book_build):
    assert book_build.returncode == 0, book_build.stdout
    assert "WARNING" not in book_build.stdout


def test_every_chapter_has_a_page(pages, soups):
    names = {str(page.relative_to(pages)) for page in soups}
    assert {str(path.relative_to(ROOT).with_suffix(".html")) for path in NOTEBOOKS} <= names
    assert {f"book/{name}.html" for name in ("welcome", "how-to-use", "threads", "again", "glossary")} <= names


def anchors(soup: BeautifulSoup) -> set[str]:
    return {element.get(key) for element in soup.select("[id], [name]") for key in ("id", "name")}


def test_every_internal_link_leads_to_a_page_and_an_anchor_that_exist(soups):
    dead, there = [], {page: anchors(soup) for page, soup in soups.items()}
    for page, soup in soups.items():
        for link in soup.select("a[href], link[href], script[src], img[src]"):
            target = urlsplit(link.get("href") or link.get("src"))
            if target.scheme or target.netloc:
                continue
            file = (page.parent / unquote(target.path)).resolve() if target.path else page
            anchor_is_missing = target.fragment and file in there and unquote(target.fragment) not in there[file]
            if not file.is_file() or anchor_is_missing:
                dead.append((page.name, target.geturl()))
    assert dead == []


def test_every_image_is_there_and_has_alt_text(soups):
    for page, soup in soups.items():
        for image in soup.select("article img"):
            assert len(image.get("alt", "").split()) >= 3, (page.name, image)


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_s_page_shows_every_figure_of_its_notebook(lesson, pages, soups):
    page = pages / lesson.relative_to(ROOT).with_suffix(".html")
    figures = sum("image/png" in o.get("data", {}) for cell in code_cells(lesson) for o in cell.outputs)
    assert len(soups[page].select("article .cell_output img")) == figures


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_download_button_gives_the_notebook_itself(lesson, pages, soups):
    page = pages / lesson.relative_to(ROOT).with_suffix(".html")
    link = soups[page].select_one("a.btn-download-source-button")
    downloaded = json.loads((page.parent / link["href"]).read_text(encoding="utf-8"))
    assert downloaded == json.loads(lesson.read_text(encoding="utf-8"))


def test_nothing_is_loaded_from_another_host(soups):
    elsewhere = set()
    for soup in soups.values():
        for element in soup.select("script[src], link[rel=stylesheet][href], img[src], iframe[src]"):
            address = urlsplit(element.get("src") or element.get("href"))
            if address.netloc:
                elsewhere.add(address.geturl())
    assert elsewhere == set()
