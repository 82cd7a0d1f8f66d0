"""Whole seasons of shoppers under faults: the real use cases, doors and state machines on virtual time.

One seed decides everything. ``season`` plays it, ``invariants`` watches, ``run`` is the long form,
``planted`` holds the bugs that prove that the watching works. docs/promise.md tells it to a sceptic.
"""
