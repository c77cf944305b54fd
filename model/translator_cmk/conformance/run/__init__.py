"""The lanes that a system is put through: scenarios, planned sequences and random sequences."""
