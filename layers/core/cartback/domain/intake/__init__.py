"""What comes in from outside, before anybody believes it."""
