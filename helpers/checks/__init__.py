"""Exercise checkers: a folder a part and a module a lesson; verdict.py and schedules.py are what they share."""
