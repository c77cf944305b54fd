"""What all tests share: the plugin that runs scenarios, and pytest's own means of testing a plugin."""

pytest_plugins = ["pytester", "translator_cmk.gherkin", "translator_cmk.gherkin.evidence"]
