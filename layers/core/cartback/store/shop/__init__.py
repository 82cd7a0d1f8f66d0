"""Settings of shops, and how well each is heard."""
