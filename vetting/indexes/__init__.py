"""The fast way to the answers of search: segments of rank lists, and how each process keeps its own as fresh as the question.

What they answer is what search answers; where they cannot, search does.
"""
