"""Every scenario of the specification holds for the model."""

from pytest_bdd import scenarios

from translator_cmk import features_dir

scenarios(str(features_dir()))
