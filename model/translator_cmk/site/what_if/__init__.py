"""The page on which one tries requests out, and the tables that it looks the answers up in."""
