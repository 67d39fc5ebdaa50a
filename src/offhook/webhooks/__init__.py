"""Webhooks: what Offhook sends; and for applications, how to verify that it was Offhook.

`verify` and what belongs to it need nothing but the standard library.
"""

from offhook.webhooks.signing import Reason, SignatureError, Verified, Verifier, verify

__all__ = ["Reason", "SignatureError", "Verified", "Verifier", "verify"]
