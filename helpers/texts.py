"""Real English to work on, on every machine: the topics of Python's own documentation, which each Python brings along.

    texts()               # [Text(title='assert'), Text(title='assignment'), ...]
    texts()[0].read()     # 'The "assert" statement\\n...'

They differ a little from version to version. Source: pydoc_data.topics, which help("assert") shows; licence: the Python
Software Foundation's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text that is read where it is needed: what travels to another process is its title."""

    title: str

    def read(self) -> str:
        """The whole text; raises KeyError if there is none of this title."""
        from pydoc_data.topics import topics  # half a megabyte: for the process that reads

        return topics[self.title]


def texts() -> list[Text]:
    """All of them in order of title: about 80, of 200 to 70,000 characters each."""
    from pydoc_data.topics import topics

    return [Text(title) for title in sorted(topics)]
