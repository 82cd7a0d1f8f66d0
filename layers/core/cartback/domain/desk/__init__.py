"""What needs a person: approvals, tasks, parked runs, messages and effects of which nobody knows."""
