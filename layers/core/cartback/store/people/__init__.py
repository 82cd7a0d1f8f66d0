"""Chains of consent, and what an erasure looks through."""
