"""Complete test suites: whatever a system does wrong within a stated fault domain, one of their sequences shows it."""
