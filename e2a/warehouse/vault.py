"""Signing secrets at rest: encrypted with a key that the database never sees.

The key is E2A_SECRET_KEY, or one generated once and kept in the installation's home. What is only
compared (an API key) belongs here as a hash and needs no key.
"""

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from e2a.domain.errors import ConfigurationError
from e2a.warehouse.connection import keep_secret

FILE = "vault.key"


class Vault:
    """Encrypts with the first key and decrypts with any."""

    def __init__(self, keys: MultiFernet) -> None:
        self._keys = keys

    def encrypt(self, secret: bytes) -> bytes:
        """The secret as it may lie in the database."""
        return self._keys.encrypt(secret)

    def decrypt(self, encrypted: bytes) -> bytes | None:
        """The secret; None if no key of ours encrypted it."""
        try:
            return self._keys.decrypt(encrypted)
        except InvalidToken:
            return None


def unlock(home: Path) -> Vault:
    """The vault of an installation; its key is made if there is none.

    Raises:
        ConfigurationError: E2A_SECRET_KEY, or the kept file, is no Fernet key.
    """
    said = os.environ.get("E2A_SECRET_KEY")
    text = said or keep_secret(home / FILE, lambda kept: kept or Fernet.generate_key().decode())
    try:
        return Vault(MultiFernet([Fernet(key.strip()) for key in text.split(",")]))
    except ValueError:
        raise ConfigurationError(
            f"{'E2A_SECRET_KEY' if said else home / FILE} is not a Fernet key",
            "Write 32 random bytes in URL-safe base64, several keys with commas, the newest first",
        ) from None


def hashed(secret: str) -> bytes:
    """SHA-256 of a random secret of 256 bits: enough for what cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()
