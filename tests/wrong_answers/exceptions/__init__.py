"""Wrong answers to the exercises of the part exceptions, a module a lesson."""
