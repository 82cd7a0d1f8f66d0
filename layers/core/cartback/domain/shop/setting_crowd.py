"""What a shop calls too much for one shopper, as it is written in its settings."""

from __future__ import annotations

from pydantic import Field

from cartback.domain.policy import Crowd
from cartback.domain.shop.setting_origins import Part


class CrowdSettings(Part):
    """What is too much for one shopper: a cart beyond it is a program's, and nobody is written to."""

    lines: int = Field(100, ge=1, le=10_000, description="a whole number from 1 to 10000")
    of_one: int = Field(200, ge=1, le=100_000, description="a whole number from 1 to 100000")
    pieces: int = Field(1_000, ge=1, le=1_000_000, description="a whole number from 1 to 1000000")
    worth: int = Field(5_000, ge=0, le=10_000_000, description="a whole number from 0 to 10000000")

    def crowd(self) -> Crowd:
        """The limits as the policy has them; worth in minor units."""
        return Crowd(self.lines, self.of_one, self.pieces, self.worth * 100)
