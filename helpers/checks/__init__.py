"""Exercise checkers: one module a part of the book, and verdict.py, which all of them use."""
