"""Goes through what the machine can do: the oracle, which keeps every state that silence leaves possible."""
