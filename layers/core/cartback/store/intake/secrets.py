"""The secrets of the shops in Secrets Manager: one secret per shop, its name the prefix and the shop's id.

Its value is ``{"platform": ..., "secrets": [newest, older], "agreed": {...}, "api": {...}}``. This is the operator's
side, which writes; the intake reads with a reader of its own that imports less.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cartback.ports import ShopKeys
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients

_PLATFORM = "platform"
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class SecretWriter:
    """Keep the secrets of shops. ``key`` is the KMS key that new ones are encrypted with; without it, AWS's own.

    Each is tagged with its platform, by which the role of a ceremony is limited to the platforms that know one.
    """

    def __init__(self, clients: Clients, prefix: str, key: str | None = None) -> None:
        self._clients = clients
        self._prefix = prefix
        self._key = key

    def read(self, shop: str) -> ShopKeys | None:
        """See ``ports.KeyStore``. A secret that is scheduled for deletion counts as gone."""
        try:
            with translated("read the secrets"):
                value = self._clients.secretsmanager.get_secret_value(SecretId=f"{self._prefix}{shop}")
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise
        kept = json.loads(value["SecretString"])
        return ShopKeys(
            kept["platform"], tuple(kept["secrets"]), dict(kept.get("agreed", {})), dict(kept.get("api", {}))
        )

    def write(self, shop: str, keys: ShopKeys) -> None:
        """See ``ports.KeyStore``. A dropped secret is brought back, because its name is taken until it is gone."""
        name = f"{self._prefix}{shop}"
        kept = {
            "platform": keys.platform,
            "secrets": list(keys.secrets),
            "agreed": keys.agreed,
            "api": keys.api,
        }
        value = json.dumps(kept)
        client = self._clients.secretsmanager
        with translated("keep the secrets"):
            tags = [{"Key": _PLATFORM, "Value": keys.platform}]
            try:
                known = client.describe_secret(SecretId=name)
            except client.exceptions.ResourceNotFoundException:
                encrypted = {"KmsKeyId": self._key} if self._key else {}
                client.create_secret(Name=name, SecretString=value, Tags=tags, **encrypted)
                return
            if "DeletedDate" in known:
                client.restore_secret(SecretId=name)
            if self._key:  # the operator's hand: what was kept in an older manner is brought up to this one
                if known.get("KmsKeyId") != self._key:
                    client.update_secret(SecretId=name, KmsKeyId=self._key)
                if tags[0] not in known.get("Tags", ()):
                    client.tag_resource(SecretId=name, Tags=tags)
            client.put_secret_value(SecretId=name, SecretString=value)

    def drop(self, shop: str) -> None:
        """See ``ports.KeyStore``. For 7 days (the shortest that Secrets Manager offers) it could be brought back."""
        try:
            with translated("drop the secrets"):
                self._clients.secretsmanager.delete_secret(
                    SecretId=f"{self._prefix}{shop}", RecoveryWindowInDays=7
                )
        except ClientError as error:
            if _code(error) not in _GONE:
                raise


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
