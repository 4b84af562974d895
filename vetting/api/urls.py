"""Every address of the API. None ends with a slash."""
