"""What a mail makes of whatever a shop or a shopper typed: see ``domain.showing``, which judges it as well."""

from __future__ import annotations

from cartback.domain.showing import first_name, holds_address, linkless, one_line

__all__ = ["first_name", "holds_address", "linkless", "one_line"]
