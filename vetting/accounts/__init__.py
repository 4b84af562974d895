"""Who is at the door: people with an account, and the keys their programs use."""
