"""Outside systems: connections, accounts, effects and what waits for them."""
