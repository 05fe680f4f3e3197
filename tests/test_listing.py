"""A listing is the source as it stands."""

from helpers.listing import show
from helpers.workers.pools.pool_size import square
from helpers.workers.processes.start_methods import greet


def test_sources_stand_one_below_the_other_as_they_are_written(capsys):
    show(square, greet)
    assert capsys.readouterr().out == (
        'def square(n):\n    """Compute the square of a number."""\n    return n * n\n\n'
        'def greet(name: str) -> str:\n    """Say hello."""\n    return f"Hello, {name}"\n'
    )
