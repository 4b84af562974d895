"""The picture of evidence: frozen values in, inline SVG and the sentence that says the same out."""
