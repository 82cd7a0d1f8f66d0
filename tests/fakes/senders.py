"""What real senders put beside a body. The demo's shop signs with the same code, so that both send the same."""

from local.signing import generic_headers, shopify_headers

__all__ = ["generic_headers", "shopify_headers"]
