"""The scenarios of features/tenant.feature."""

from pytest_bdd import scenarios

from translator_cmk import features_dir

scenarios(str(features_dir() / "tenant.feature"))
