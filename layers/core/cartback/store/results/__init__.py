"""What was counted, and what an operator browses."""
