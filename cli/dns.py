"""The DNS of this machine."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.resolver

from cartback.domain.errors import TryLater


class SystemResolver:
    """Asks the resolver that this machine is set up with."""

    def ask(self, name: str, kind: str) -> Sequence[str]:
        """The records of a name, as they stand in a zone file; empty for none."""
        try:
            return [record.to_text() for record in dns.resolver.resolve(name, kind, lifetime=5)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as failure:
            raise TryLater(f"DNS: {name}: {type(failure).__name__}") from failure
