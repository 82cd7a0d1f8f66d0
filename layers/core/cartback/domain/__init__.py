"""Pure rules. No clock, randomness, environment, logger or I/O: now and ids are arguments."""
