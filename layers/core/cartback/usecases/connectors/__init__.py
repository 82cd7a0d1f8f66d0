"""Connections to outside systems: made, reached, told of facts."""
