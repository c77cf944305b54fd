"""The scenarios of features/encryption.feature."""

from pytest_bdd import scenarios

from translator_cmk import features_dir

scenarios(str(features_dir() / "encryption.feature"))
