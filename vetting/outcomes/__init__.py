"""Takes testimony about results: what the consultant reports, and what the client says of it."""
