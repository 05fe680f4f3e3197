"""Classic wrong answers to the second exercise of pools/04_beyond_one_machine."""

import os
from pathlib import Path

from helpers.checks.pools.idempotence import check_record
from wrong_answers import refused


@refused(
    check_record,
    "after it ran twice, the file 'a.txt' should hold '12', and holds '1212'. What runs twice must not add",
)
def appends(folder, name, amount):
    with open(Path(folder) / name, "a") as file:
        file.write(str(amount))


@refused(check_record, "at one moment the file holds '' and not '12'")
def writes_in_place(folder, name, amount):
    Path(folder, name).write_text(str(amount))


@refused(check_record, "at one moment the file holds '' and not '12'")
def writes_if_it_is_not_there(folder, name, amount):
    if not Path(folder, name).exists():
        Path(folder, name).write_text(str(amount))


@refused(check_record, "another worker's call for another name came in the middle, and FileNotFoundError was raised")
def has_one_temporary_file(folder, name, amount):
    part = Path(folder, "part")
    part.write_text(str(amount))
    if not Path(folder, name).exists():
        os.replace(part, Path(folder, name))


@refused(check_record, "another worker's call for the same name came in the middle, and FileNotFoundError was raised")
def has_a_temporary_file_for_each_name(folder, name, amount):
    part = Path(folder, f"{name}.part")
    part.write_text(str(amount))
    os.replace(part, Path(folder, name))


@refused(check_record, "after it was cut off and ran again, there is no file 'a.txt'")
def notes_that_it_has_begun(folder, name, amount):
    begun = Path(folder, f"{name}.begun")
    if begun.exists():
        return
    begun.touch()
    part = Path(folder, f"{name}.part{os.getpid()}")
    part.write_text(str(amount))
    os.replace(part, Path(folder, name))
