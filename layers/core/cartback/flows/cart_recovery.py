"""Remind somebody of the cart that they left, up to three times, until they buy, empty it or say no."""

from cartback.domain.flows import MONEY, Flow

FLOW = Flow(
    name="cart_recovery",
    starts_on="cart.opened",
    subject="cart_id",
    purpose="win back an abandoned cart",
    owner="marketing",
    rank=MONEY,
)
