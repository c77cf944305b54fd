"""Search large scopes by sets of states: one integer for many states, one shift for many transitions."""
