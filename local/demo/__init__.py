"""The demo: a shop with some dozens of shoppers who live some days in two minutes, and what came of it."""
