"""Test sequences that try everything in a scope: tours, and what is worth most within a budget of steps."""
