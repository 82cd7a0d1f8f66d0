"""What seals and signs push messages. Both files load ``cryptography``, which is large and native.

Only ``web_push`` asks for them, when it sends its first card.
"""
