"""Coverage of a run against all that a bounded world has: states, commands in states, reasons, rows, conditions."""
