"""Generate the pages, badges and data of the site, before mkdocs builds it."""
