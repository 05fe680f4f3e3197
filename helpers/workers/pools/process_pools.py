"""Workers of notebooks/pools/01_process_pools: words and phrases of a text, and tasks that go wrong."""

import re
from collections import Counter
from multiprocessing.queues import SimpleQueue

from helpers.texts import Text
from helpers.timeline import Recorder


def words(text: Text) -> list[str]:
    """Read a text, and return its words in lower case."""
    return re.findall(r"[a-z']+", text.read().lower())


def count_words(text: Text) -> Counter:
    """Read a text, and count each of its words in lower case."""
    return Counter(words(text))


def phrases(text: Text) -> list[tuple]:
    """The three most frequent phrases of two to five words, each with its count."""
    found, counts = words(text), Counter()
    for length in range(2, 6):
        counts.update(zip(*(found[i:] for i in range(length)), strict=False))
    return counts.most_common(3)


def put_phrases(text: Text, results: SimpleQueue) -> None:
    """Put the phrases of a text, with its title."""
    results.put((text.title, phrases(text)))


def phrases_of_all(texts: list[Text], recorder: Recorder) -> None:
    """Find the phrases of each text, and record when."""
    for text in texts:
        recorder.run(phrases, text)


def connect(recorder: Recorder) -> None:
    """Stand for whatever a worker needs first: a connection, a model, a large file."""
    recorder.sleep(0.08)


def connect_and_find(text: Text, recorder: Recorder) -> None:
    """Do so for one text, and find its phrases."""
    connect(recorder)
    recorder.run(phrases, text)


def head(numbers: list) -> int:
    """The first number."""
    return next(iter(numbers))


def cannot_begin() -> None:
    """An initializer that fails."""
    raise OSError("no such database")
