"""Every lesson has the shape that the course promises, and its outputs are evidence fit to print."""

import base64
import json
import re
import struct
import subprocess
import sys

import pytest
import yaml

from notebooks import LESSONS, NOTEBOOKS, ROOT, code_cells, prose, read, tags

SECTIONS = [
    r"^# \S",
    r"\*\*You will be able to\*\*",
    r"^\*Time\*: \d+ minutes\b.*\. \*Before this\*: ",
    r"\*\*Predict\.?\*\*",
    r"^## In your code",
    r"^## Exercises",
    r"^## What you know now",
    r"^\*\*Next\*\*: ",
    r"^\*\*Further reading\*\*: ",
]
MACHINE_PATH = re.compile(r"/(?:root|home|Users|work|tmp|opt|var)/|[A-Z]:\\\\|site-packages")

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
every_notebook = pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)


def outputs(lesson):
    return [output for cell in code_cells(lesson) for output in cell.outputs]


def test_the_table_of_contents_lists_every_lesson_once_and_nothing_that_is_missing():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    lessons = [file for file in listed if file.startswith("notebooks/")]
    assert sorted(lessons) == sorted(str(path.relative_to(ROOT).with_suffix("")) for path in NOTEBOOKS)
    for file in [toc["root"], *listed]:
        assert list(ROOT.glob(f"{file}.*")), f"{file} is in _toc.yml and not in the project"


@every_lesson
def test_a_lesson_has_the_sections_of_every_lesson_in_their_order(lesson):
    text, position = prose(lesson), 0
    for section in SECTIONS:
        found = re.compile(section, re.M).search(text, position)
        assert found, f"no {section!r} after position {position}"
        position = found.start()


@every_notebook
def test_every_code_cell_was_executed_in_order_from_a_fresh_kernel(lesson):
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_an_error_is_shown_only_where_a_tag_says_that_it_is_meant(lesson):
    for cell in code_cells(lesson):
        if any(output.output_type == "error" for output in cell.outputs):
            assert "raises-exception" in tags(cell), cell.source


@every_notebook
def test_nothing_was_written_to_stderr(lesson):
    assert [o for o in outputs(lesson) if o.output_type == "stream" and o.name == "stderr"] == []


@every_notebook
def test_no_output_and_no_metadata_names_a_path_or_an_address_of_a_machine(lesson):
    for output in outputs(lesson):
        text = json.dumps({**output, "data": {k: v for k, v in output.get("data", {}).items() if k != "image/png"}})
        assert not MACHINE_PATH.search(text), text
        assert not re.search(r" at 0x[0-9a-f]+", text), text
    assert read(lesson).metadata.language_info == {"name": "python"}


@every_notebook
def test_every_image_has_alt_text_and_every_alt_text_an_image(lesson):
    for cell in code_cells(lesson):
        images = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert bool(images) == bool(alt), cell.source
        assert not images or len(alt.split()) >= 10, f"too short to see anything by: {alt!r}"
    assert "![](" not in prose(lesson)


@every_notebook
def test_every_figure_has_two_pixels_for_each_point_of_its_size(lesson):
    for output in outputs(lesson):
        if "image/png" in output.get("data", {}):
            header = base64.b64decode(output.data["image/png"])[:24]  # width and height stand at bytes 16 and 20
            width, height = struct.unpack(">II", header[16:])
            assert (width, height) == (2 * output.metadata["image/png"].width, 2 * output.metadata["image/png"].height)
            assert width == 1440


@every_notebook
def test_at_least_four_fifths_of_the_code_cells_are_compared(lesson):
    cells = code_cells(lesson)
    ignored = [cell for cell in cells if tags(cell) & {"nbval-ignore-output", "nbval-skip"}]
    assert not [cell for cell in cells if "nbval-skip" in tags(cell)]
    assert len(ignored) <= 0.2 * len(cells), f"{len(ignored)} of {len(cells)} are ignored"


@every_lesson
def test_every_exercise_is_a_stub_that_runs_and_a_folded_solution_that_is_solved(lesson):
    checks = re.findall(r"^check_\w+\(", "\n".join(c.source for c in code_cells(lesson)), re.M)
    assert len(checks) >= 4
    for name in set(checks):
        stub, solution = (c for c in code_cells(lesson) if re.search(rf"^{re.escape(name)}", c.source, re.M))
        assert stub.outputs[0].text.startswith("Not yet: ")
        assert not tags(stub)
        assert solution.outputs[0].text.startswith("Solved: ")
        assert tags(solution) == {"hide-cell"}, "what it says is folded with it"
        assert solution.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}


@every_lesson
def test_code_cells_are_short_and_there_is_more_prose_than_code(lesson):
    lengths = sorted(
        len([line for line in cell.source.splitlines() if line.strip() and not line.strip().startswith("#")])
        for cell in code_cells(lesson)
    )
    words = len(re.findall(r"[\w'’-]+", re.sub(r"```.*?```", "", prose(lesson), flags=re.S)))
    assert lengths[len(lengths) // 2] <= 6
    assert words >= 6 * sum(lengths)


@every_notebook
def test_prose_is_plain_markdown_that_is_rendered_wherever_a_notebook_is_opened(lesson):
    for cell in read(lesson).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:]+\}`", cell.source), "a MyST role"
            assert not re.search(r"^(?::::|```)\{", cell.source, re.M), "a MyST directive"


@every_notebook
def test_a_line_of_code_has_at_most_80_characters(lesson):
    for cell in code_cells(lesson):
        if not is_of_the_outline(cell):
            assert [line for line in cell.source.splitlines() if len(line) > 80] == []


@every_notebook
def test_without_the_helpers_the_first_cell_says_in_a_sentence_what_to_run(lesson, tmp_path):
    imports = code_cells(lesson)[0].source
    before, hint = re.search(r"(?s)^(.*?)(assert find_spec\(\"helpers\"\), .*?)\n\nfrom helpers", imports).groups()
    assert "helpers" not in before
    said = subprocess.run([sys.executable, "-S", "-I", "-c", f"from importlib.util import find_spec\n{hint}"],
                          cwd=tmp_path, capture_output=True, text=True)  # fmt: skip
    assert said.stderr.splitlines()[-1] == "AssertionError: Run `make lab` in the course's folder."


@every_notebook
def test_a_marked_repair_repairs_a_cell_above_it(lesson):
    ids = [cell.id for cell in read(lesson).cells]
    for position, cell in enumerate(read(lesson).cells):
        if "repairs" in cell.metadata:
            assert cell.metadata.repairs in ids[:position]


@every_notebook
def test_the_first_exploration_links_to_what_the_explorer_assumes(lesson):
    sources = [cell.source for cell in read(lesson).cells if cell.cell_type == "markdown" or "explore(" in cell.source]
    first = next((i for i, source in enumerate(sources) if re.search(r"\bexplore\(", source)), None)
    if first is not None:
        link = "01_what_it_assumes.ipynb"
        assert lesson.name == link or any(link in source for source in sources[: first + 3])


def test_every_glossary_term_is_used_on_some_page_or_by_another_term():
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    everything = (text + "".join(map(prose, NOTEBOOKS))).lower()
    for term in re.findall(r"^(\S.*)$", text.split("```{glossary}")[1].split("```")[0], re.M):
        assert everything.count(term.lower()) >= 2, f"{term} is defined and never used"


# ---- the outline --------------------------------------------------------------------------------------------------


def outline():
    return (ROOT / "book" / "outline.md").read_text(encoding="utf-8")


def is_of_the_outline(cell):
    """Whether a cell is a program of the outline, which stands as it was written."""
    programs = [re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| [^|]+ \| (`[^|]+) \|", outline(), re.M)]
    defined = re.findall(r"^def (\w+)", cell.source, re.M)
    return any(set(names) <= set(defined) for names in programs)


def test_the_outline_lists_its_twenty_headings_each_with_its_lesson():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", outline().split("| program")[0], re.M)[2:]
    assert len(rows) == 20
    for heading, taught in rows:
        links = re.findall(r"\]\(\.\./(notebooks/[^)]+)\)", taught)
        assert links, heading
        for link in links:
            assert (ROOT / link) in LESSONS


def test_each_program_of_the_outline_stands_in_its_lesson_introduced_by_a_line_of_prose():
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+) \| \[[^|]+\]\(\.\./(notebooks/[^)]+)\) \|$", outline(), re.M)
    assert len(rows) == 3
    for names, link in rows:
        cells = read(ROOT / link).cells
        position = next(i for i, cell in enumerate(cells) if cell.cell_type == "code" and is_of_the_outline(cell))
        assert cells[position].outputs
        assert all(f"def {name}" in cells[position].source for name in re.findall(r"`(\w+)`", names))
        prose_above = "\n\n".join(cell.source for cell in cells[:position] if cell.cell_type == "markdown")
        assert "of [the outline behind this course](../../book/outline.md)" in prose_above
        assert "\n## " in prose_above, "a concrete problem comes first"


@every_notebook
def test_no_heading_carries_the_numbers_of_the_outline(lesson):
    assert not re.search(r"^#+ (?:\d\. [A-Z]\w+-Based|[a-f]\. )", prose(lesson), re.M)


def minutes(lesson):
    """What a lesson says of itself: minutes to read it, and minutes for its exercises."""
    read_min, extra = re.search(r"^\*Time\*: (\d+) minutes, and (\d+|as long again) for", prose(lesson), re.M).groups()
    return int(read_min), int(read_min) if extra == "as long again" else int(extra)


def in_hours(minutes):
    hours, rest = divmod(minutes, 60)
    return f"{hours} hours" + (f" {rest} minutes" if rest else "")


def test_the_welcome_page_adds_up_what_all_lessons_say():
    page = (ROOT / "book" / "welcome.md").read_text(encoding="utf-8")
    to_read, exercises = (sum(times) for times in zip(*map(minutes, LESSONS), strict=True))
    number = len(LESSONS)
    assert f"The {number} take {in_hours(to_read)} to read and {in_hours(exercises)} for their exercises" in page
    assert f"## {number} lessons\n" in page
    assert all(f"({path.relative_to(ROOT)})".replace("(", "(../") in page for path in LESSONS)


@pytest.mark.parametrize("part", ["threads", "processes", "pools", "exceptions"])
def test_the_opening_page_of_a_part_adds_up_what_its_lessons_say(part):
    page = (ROOT / "book" / f"{part}.md").read_text(encoding="utf-8")
    lessons = [path for path in LESSONS if path.parent.name == part]
    to_read, exercises = (sum(times) for times in zip(*map(minutes, lessons), strict=True))
    assert f"{to_read} minutes to read, and {exercises} for the exercises" in page
    rows = re.findall(r"^\| \[.*\]\(.*/(\w+)\.ipynb\) \|.*\| (\d+) \|$", page, re.M)
    assert rows == [(path.stem, str(minutes(path)[0])) for path in lessons]
