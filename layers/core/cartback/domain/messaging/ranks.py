"""The ranks of messages: which goes first where one person's budget has room for one only."""

SERVICE, MONEY, NEWS = "service", "money", "news"
RANKS = (SERVICE, MONEY, NEWS)
"""Whose message goes first where one person's budget has room for one only: what somebody asked for or needs, then
what there is something to win by, then what could as well come tomorrow (TIM-7, CON-8)."""
