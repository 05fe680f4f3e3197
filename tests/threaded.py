"""What the explorer's tests need of a threaded program."""

import threading


class Box:
    """A few attributes to share."""

    def __init__(self, **attributes):
        for name, value in attributes.items():  # not by way of __dict__: then every later step might touch anything
            setattr(self, name, value)


def run_all(*targets):
    """Start a thread for each target and wait for their ends, in order."""
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
