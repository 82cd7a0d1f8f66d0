"""Who somebody is, where they are and how they are reached."""
