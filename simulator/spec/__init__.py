"""What a user may write, and the one door it comes in by."""
