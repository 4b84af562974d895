"""The visitor's door: pages, forms and drawings. Parses, calls one action or query of a room, answers in HTML."""
