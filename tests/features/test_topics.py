"""The scenarios of the specification: a test function for each feature, as in `pytest …/test_topics.py::test_vault`."""

from translator_cmk import features_dir
from translator_cmk.bdd import scenarios
from translator_cmk.requirements import TOPICS

globals().update({f"test_{topic}": scenarios(features_dir() / f"{topic}.feature") for topic in TOPICS})
