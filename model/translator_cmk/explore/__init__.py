"""All that the machine can do, and what must hold of it: bounded worlds, searches of them, and what comes of that."""
