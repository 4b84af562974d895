"""Words: what a text is found by, in every language there is a stemmer for, and what a word with a typo was meant to be."""
