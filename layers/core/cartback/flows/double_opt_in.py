"""Ask the owner of an address whether they meant it, remind them once, and forget the request if nobody says yes."""

from cartback.domain.flows import SERVICE, Flow

FLOW = Flow(
    name="double_opt_in",
    starts_on="subscription.requested",
    subject="request_id",
    purpose="prove that a sign-up came from the owner of the address",
    owner="marketing",
    about="request",
    rank=SERVICE,
)
