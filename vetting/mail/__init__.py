"""Letters: their registry, how they are set, how one is handed to the post, and who wants none."""
