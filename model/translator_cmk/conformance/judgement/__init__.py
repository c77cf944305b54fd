"""What a case is, and the verdict on it: the same for every way to run it."""
