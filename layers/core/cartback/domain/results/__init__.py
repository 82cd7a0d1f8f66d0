"""What is looked back on."""
