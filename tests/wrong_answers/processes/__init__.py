"""Wrong answers to the exercises of the part processes, a module a lesson."""
