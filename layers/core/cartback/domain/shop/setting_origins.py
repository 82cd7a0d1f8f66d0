"""What settings are made of, and the part of them that says what counts as a cart and what as bought."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from cartback.domain.trade.origins import Reckoning


def _mark(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text.lower()


Marks = tuple[
    Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_mark)
    ],
    ...,
]
MARK_WORDS = "up to 20 of the platform's own words, such as rest-api or invoice"


class Part(BaseModel):
    """Strict and frozen. A field's description says what is allowed: it is what a refusal quotes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)


class ReckoningSettings(Part):
    """What counts as a cart, and what as bought, where no rule can know: in the platform's words."""

    shopper: Marks = Field((), max_length=20, description=f"{MARK_WORDS}, each under one of the three")
    staff: Marks = Field((), max_length=20, description=f"{MARK_WORDS}, each under one of the three")
    renewal: Marks = Field((), max_length=20, description=f"{MARK_WORDS}, each under one of the three")
    bought_methods: Marks = Field((), max_length=20, description=MARK_WORDS)
    bought_statuses: Marks = Field((), max_length=20, description=MARK_WORDS)

    @field_validator("staff", "renewal")
    @classmethod
    def _under_one(cls, marks: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        before = {*info.data.get("shopper", ()), *info.data.get("staff", ())}
        if before.intersection(marks):
            raise ValueError
        return marks

    def reckoning(self) -> Reckoning:
        """These words as the domain reads them."""
        return Reckoning(self.shopper, self.staff, self.renewal, self.bought_methods, self.bought_statuses)
