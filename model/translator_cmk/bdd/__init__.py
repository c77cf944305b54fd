"""The scenarios on pytest: an opt-in plugin with step definitions, lint, and results of a run.

A suite opts in by `pytest_plugins = ["translator_cmk.bdd"]` or `-p translator_cmk.bdd`.

PYTEST_DONT_REWRITE: nothing here asserts, and a program that has imported this package may start
pytest afterwards.
"""

pytest_plugins = ("translator_cmk.bdd.plugin",)
