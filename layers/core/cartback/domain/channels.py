"""The ways to a person: the one list of them, and which kind of address and of content each takes.

A way that nobody serves yet is one all the same: people agree to it and leave it, and a shop tells us of that.
"""

from __future__ import annotations

EMAIL = "email"
CHANNELS = (EMAIL, "sms", "whatsapp", "push", "letter")

PHONE, MAIL, DEVICE, POSTAL = "phone", "email", "device", "postal"
ADDRESS_OF = {EMAIL: MAIL, "sms": PHONE, "whatsapp": PHONE, "push": DEVICE, "letter": POSTAL}
"""Which kind of address a channel writes to."""
