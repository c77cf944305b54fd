"""The scenarios: their features, sentences and lint, and what a run of one asks and demands.

PYTEST_DONT_REWRITE: nothing here asserts, and a program that has imported this package may start
pytest afterwards.
"""
