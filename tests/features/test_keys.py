"""The scenarios of features/keys.feature."""

from pytest_bdd import scenarios

from translator_cmk import features_dir

scenarios(str(features_dir() / "keys.feature"))
