"""Says beforehand whether an agreed goal will be reached, and keeps count of how often that came true."""
