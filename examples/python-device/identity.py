"""Who this device is, whom it believes, and what it signs."""

import hashlib
import hmac
import re
import socket
import ssl
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import grpc
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wire import Stop

PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class Peer:
    """Whom a certificate names, and of a device the key that it signs with."""

    role: str
    name: str
    key: Ed25519PublicKey | None

    @staticmethod
    def of(der: bytes, authority: x509.Certificate) -> "Peer":
        return Peer.named(x509.load_der_x509_certificate(der), authority)

    @staticmethod
    def named(certificate: x509.Certificate, authority: x509.Certificate) -> "Peer":
        """Believed if this authority has issued it, itself."""
        try:
            authority.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes,
                                          ec.ECDSA(certificate.signature_hash_algorithm))
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except (InvalidSignature, x509.ExtensionNotFound) as stranger:
            raise ValueError("a certificate is not of this fleet's authority, must be") from stranger
        uris = names.value.get_values_for_type(x509.UniformResourceIdentifier)
        role, name = next(uri for uri in uris if uri.startswith("kula://"))[7:].split("/")
        keys = [uri[9:] for uri in uris if uri.startswith("kula-key:")]
        key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(keys[0] + "=")) if keys else None
        return Peer(role, unquote(name), key)


def signed_text(*fields: object) -> bytes:
    lines = [str(field).replace("\\", "\\\\").replace("\n", "\\n") for field in fields]
    return "\n".join(lines).encode()


class Identity:
    """The certificate and keys that `kula pki issue` has made, and the authority's certificate."""

    def __init__(self, path: str, authority: str):
        self.files = (f"{path}.pem", f"{path}.key", authority)
        try:
            chain, keys, root = (Path(file).read_bytes() for file in self.files)
        except OSError as missing:
            raise Stop(f"'{missing.filename}' cannot be read ({missing.strerror}); name another") from missing
        self.authority = x509.load_pem_x509_certificate(root)
        private = [part.group(0) for part in PEM.finditer(keys) if part.group(1) == b"PRIVATE KEY"]
        try:
            self.peer = Peer.named(x509.load_pem_x509_certificate(chain), self.authority)
        except ValueError as stranger:
            raise Stop(f"'{path}.pem': {stranger}; have one issued, or name its --authority") from stranger
        if self.peer.role != "device" or len(private) < 2:
            raise Stop(f"'{path}.pem' names {self.peer.role} '{self.peer.name}', must be a device's; use"
                       " another")
        self.signing = load_pem_private_key(private[1], None)
        self.secret = self.signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        self.credentials = grpc.ssl_channel_credentials(root, private[0], chain)

    def sign(self, *fields: object) -> bytes:
        return self.signing.sign(signed_text(*fields))

    def digest(self, purpose: str, content: bytes = b"") -> bytes:
        """Nobody else can make it: names of blocks, and seeds for what needs chance and no secrecy."""
        key = hmac.digest(self.secret, purpose.encode(), hashlib.sha256)
        return hmac.digest(key, content, hashlib.sha256)

    def seed(self, *purpose: object) -> int:
        return int.from_bytes(self.digest(str(purpose))[:7], "big")

    def look_at(self, host: str, port: int) -> None:
        """Who is there? gRPC checks authority and host as well, but lets nobody ask for the role."""
        certificate, key, authority = self.files
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(authority)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(["h2"])
        try:
            with socket.create_connection((host, port), timeout=20) as raw:
                with context.wrap_socket(raw, server_hostname=host) as line:
                    shown = line.getpeercert(binary_form=True)
        except ssl.SSLCertVerificationError as stranger:
            raise Stop(f"the server's certificate is not to be believed ({stranger.verify_message});"
                       " check --server and --authority") from stranger
        role = Peer.of(shown, self.authority).role
        if role != "orchestrator":
            raise Stop(f"the server's certificate is of a {role}, must be an orchestrator's; check --server")
