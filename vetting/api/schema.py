"""How our API keys look in OpenAPI."""
