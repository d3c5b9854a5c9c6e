import type { Language } from './language';

export const PYTHON: Language = {
  name: 'python',
  label: 'Python',
  needs: { v1: null, v1a: 'pip install cryptography' },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `import base64
import hmac
import os
import time

secret = os.environ["WEBHOOK_SECRET"]
key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
# Anybody can sign with an empty key.
if not key:
    raise ValueError("WEBHOOK_SECRET is empty")


def verify(body: bytes, headers) -> None:
    """Raises an error unless the request is signed. The body is as it came, before anything parses it."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("The timestamp is too far off")
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    expected = b"v1," + base64.b64encode(digest)
    signatures = headers["webhook-signature"].encode().split(b" ")
    if not any(hmac.compare_digest(each, expected) for each in signatures):
        raise ValueError("No signature is right")
`;

const PUBLIC = `import base64
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

key = Ed25519PublicKey.from_public_bytes(base64.b64decode("KEY_TEXT"[5:]))


def verify(body: bytes, headers) -> None:
    """Raises an error unless the request is signed. The body is as it came, before anything parses it."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("The timestamp is too far off")
    signed = f"{message_id}.{timestamp}.".encode() + body
    for each in headers["webhook-signature"].split(" "):
        scheme, _, signature = each.partition(",")
        try:
            if scheme == "v1a":
                return key.verify(base64.b64decode(signature), signed)
        except (InvalidSignature, ValueError):
            continue
    raise ValueError("No signature is right")
`;
