"""The engines of the search: the readable one, and those that tabulate the machine over packed states and sets."""
