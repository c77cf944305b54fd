"""All that the machine can do, and what must hold of it: bounded worlds, how they are searched, and what comes of that."""
