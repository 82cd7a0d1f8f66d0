"""Hostile input for every parser of outside bytes: seeded, reproducible, made of the samples of ``events/``."""
