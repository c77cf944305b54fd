"""The scenarios on pytest: options, the one step definition, and the verdicts of `verify`.

A suite opts in by `pytest_plugins = ["translator_cmk.conformance.pytest_plugin"]` or
`-p translator_cmk.conformance.pytest_plugin`.

PYTEST_DONT_REWRITE: nothing here asserts, and a program that has imported this package may start
pytest afterwards.
"""

pytest_plugins = ("translator_cmk.conformance.pytest_plugin.plugin",)
