"""Wrong answers to the exercises of the part pools, a module a lesson."""
