"""An executable specification of customer-managed keys for Azure AI Translator."""

from pathlib import Path

__all__ = ["__version__", "features_dir"]

__version__: str


def __getattr__(name: str) -> str:
    """The version of the installed distribution, looked up only when asked for: that takes longer than the model."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("translator-cmk")
    except PackageNotFoundError:  # run from the bare sources, as in a browser's Python
        return "0+uninstalled"


def features_dir() -> Path:
    """Return the folder of the `.feature` files: the packaged one, or else that of the checkout.

    An editable install runs this file from the checkout, where no packaged folder lies beside it.
    """
    here = Path(__file__).resolve().parent
    packaged = here / "features"
    return packaged if packaged.is_dir() else here.parents[1] / "features"
