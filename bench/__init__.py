"""What is measured against peers: one module a measurement, each prints one JSON object a line."""
