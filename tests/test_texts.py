"""Texts to work on: real ones, everywhere, and read where they are needed."""

import pickle
from collections import Counter

import pytest

from helpers.texts import Text, texts
from helpers.workers.pools.process_pools import count_words


def test_there_are_many_texts_of_real_english():
    assert len(texts()) > 50
    assert sum(len(text.read()) for text in texts()) > 300_000
    assert sum(map(count_words, texts()), Counter()).most_common(1)[0][0] == "the"


def test_a_text_travels_as_its_title():
    longest = max(texts(), key=lambda text: len(text.read()))
    assert len(pickle.dumps(longest)) < 200
    assert pickle.loads(pickle.dumps(longest)) == longest


def test_a_title_that_no_text_has_is_an_error():
    with pytest.raises(KeyError, match="no such title"):
        Text("no such title").read()
