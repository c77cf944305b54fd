"""What is the same in every world, such as regions, SKUs and versions: fixed.yaml."""

from pathlib import Path
from typing import Any

from ...strict_yaml import read_yaml

FIXED: dict[str, Any] = read_yaml(Path(__file__).with_name("fixed.yaml")).value()
