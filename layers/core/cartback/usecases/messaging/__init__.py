"""What a message needs before, while and after it leaves."""
