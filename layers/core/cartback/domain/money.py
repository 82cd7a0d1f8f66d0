"""Amounts in minor units. Never a float: 19.99 is not a binary fraction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# ISO 4217 minor units where they are not two (list of 2024-06-25).
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF", "INR": "₹", "KRW": "₩"}
_LARGEST = 10**15


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """``amount`` in minor units (cents) and an ISO 4217 code in capitals."""

    amount: int
    currency: str

    @classmethod
    def parse(cls, text: str | int | Decimal, currency: str) -> Money:
        """Read a major-unit amount such as ``"19.90"`` (or ``"20"`` in JPY), rounding half even.

        Raises ValueError for what is no finite number, is absurdly large, or has no three-letter currency.
        """
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise ValueError(f"no ISO 4217 currency: {currency!r}")
        currency = currency.upper()
        try:
            value = Decimal(str(text))
        except InvalidOperation as error:
            raise ValueError(f"no amount: {text!r}") from error
        if not value.is_finite() or value.copy_abs() > _LARGEST:
            raise ValueError(f"no finite amount of money: {text!r}")
        return cls(int(value.scaleb(exponent(currency)).to_integral_value()), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def times(self, quantity: int | Decimal) -> Money:
        """This amount ``quantity`` times; of a part, to the next minor unit, half to even."""
        return Money(int((Decimal(self.amount) * quantity).to_integral_value()), self.currency)

    def plus(self, other: Money) -> Money:
        """The sum; raises ValueError across currencies, because no rate is known here."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)


def number_in_words(number: int | Decimal, lang: str) -> str:
    """A number as a reader of that language writes it: ``1.234`` and ``0,5`` in German, ``1,234`` and ``0.5``."""
    text = f"{Decimal(number):,f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "de" else text


def in_words(money: Money, lang: str) -> str:
    """The amount as a shopper reads it: ``1.234,50 €`` in German, ``€1,234.50`` in English.

    Symbols and order follow CLDR 46 for de and en; a currency without a common symbol shows its code.
    """
    digits = exponent(money.currency)
    text = f"{money.major:,.{digits}f}"
    symbol = _SYMBOLS.get(money.currency, money.currency)
    if lang == "de":
        text = text.translate(str.maketrans(",.", ".,"))
        return f"{text}\u00a0{symbol}"
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    return f"{sign}{symbol}{text}" if len(symbol) == 1 else f"{sign}{symbol}\u00a0{text}"
