"""Tags that draw evidence and filters that word numbers, for every page."""
