"""Wrong answers to the exercises of the part threads, a module a lesson."""
