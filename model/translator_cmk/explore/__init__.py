"""Search bounded worlds, and check what must hold of the machine: theorems, tours and traces."""
