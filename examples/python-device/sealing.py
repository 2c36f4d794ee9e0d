"""What devices say to each other, sealed so that the orchestrator, which carries it, cannot read it."""

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from identity import Identity, signed_text
from wire import Broken, decode, messages

INFO = b"kula sealed message 1"
KEM = b"KEM\x00\x20"  # DHKEM(X25519, HKDF-SHA256)
SUITE = b"HPKE\x00\x20\x00\x01\x00\x01"  # with HKDF-SHA256 and AES-128-GCM
AUTH = b"\x02"
KINDS = {"offered": "POINTER", "refused": "POINTER", "fetch": "POINTER", "fetched": "FETCHED", "visit": "VISIT",
         "visited": "VISIT", "summarise": "VISIT", "summarised": "VISIT"}


def raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """LabeledExtract of RFC 9180, section 4."""
    mac = HMAC(salt or bytes(32), SHA256())
    mac.update(b"HPKE-v1" + suite + label + material)
    return mac.finalize()


def expand(suite: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """LabeledExpand."""
    return HKDFExpand(SHA256(), size, size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info).derive(key)


def context(agreed: bytes, keys: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    """Sections 4.1 and 5.1 in the authenticated mode, for the one message of a context."""
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", agreed), b"shared_secret", keys, 32)
    schedule = AUTH + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, shared, b"secret", b"")
    key = expand(SUITE, secret, b"key", schedule, 16)
    return AESGCM(key), expand(SUITE, secret, b"base_nonce", schedule, 12)


def seal(ephemeral: X25519PrivateKey, sender: X25519PrivateKey, receiver: bytes, info: bytes, associated: bytes,
         plain: bytes) -> tuple[bytes, bytes]:
    """The key that was made for this message, and the ciphertext."""
    there, made = X25519PublicKey.from_public_bytes(receiver), raw(ephemeral.public_key())
    agreed = ephemeral.exchange(there) + sender.exchange(there)
    cipher, nonce = context(agreed, made + receiver + raw(sender.public_key()), info)
    return made, cipher.encrypt(nonce, plain, associated)


def unseal(made: bytes, ciphertext: bytes, receiver: X25519PrivateKey, sender: bytes, info: bytes,
           associated: bytes) -> bytes:
    """Raises ValueError or InvalidTag for what that sender has not sealed for this receiver."""
    agreed = b"".join(receiver.exchange(X25519PublicKey.from_public_bytes(key)) for key in (made, sender))
    cipher, nonce = context(agreed, made + raw(receiver.public_key()) + sender, info)
    return cipher.decrypt(nonce, ciphertext, associated)


class Sealer:
    """This device's sealing key, and those that others have shown it."""

    def __init__(self, identity: Identity):
        self.name, self.others = identity.peer.name, {}
        self.private = X25519PrivateKey.from_private_bytes(identity.digest("sealing"))
        key = raw(self.private.public_key())
        self.shown = messages.SealingKey(key=key, signature=identity.sign("kula sealing key 1", key.hex()))

    def meet(self, name: str, key: messages.SealingKey, signing: Ed25519PublicKey) -> None:
        try:
            signing.verify(key.signature, signed_text("kula sealing key 1", key.key.hex()))
        except InvalidSignature as stranger:
            raise ValueError(f"the sealing key of '{name}' is not signed by it, must be") from stranger
        self.others[name] = key.key

    def sealed(self, run: str, to: str, message: messages.Message) -> messages.Message | None:
        """None for a device that has shown no key, or none that can be used."""
        if to not in self.others:
            return None
        kind = KINDS[message.WhichOneof("kind")]
        try:
            made, ciphertext = seal(X25519PrivateKey.generate(), self.private, self.others[to], INFO,
                                    signed_text(run, self.name, to, kind), message.SerializeToString())
        except ValueError:  # a point of small order, which nobody can seal to
            return None
        return messages.Message(sealed=messages.Sealed(
            traffic=messages.Traffic.Value(f"TRAFFIC_{kind}"), encapsulated=made, ciphertext=ciphertext))

    def opened(self, run: str, sender: str, message: messages.Message) -> messages.Message:
        """Raises Broken for what that device has not sealed for this one in this run."""
        if not message.HasField("sealed") or sender not in self.others:
            raise Broken(f"a message from '{sender}' is not sealed, or by a key that it has not shown")
        sealed = message.sealed
        try:
            kind = messages.Traffic.Name(sealed.traffic).removeprefix("TRAFFIC_")
            plain = unseal(sealed.encapsulated, sealed.ciphertext, self.private, self.others[sender], INFO,
                           signed_text(run, sender, self.name, kind))
        except (ValueError, InvalidTag) as forged:
            raise Broken(f"a message from '{sender}' is not what that device sealed") from forged
        message = decode(messages.Message, plain)
        if KINDS.get(message.WhichOneof("kind")) != kind:
            raise Broken(f"a message from '{sender}' is of another kind than it says")
        return message
