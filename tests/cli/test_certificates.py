"""A service whose certificate cannot be verified gets no token."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cli.failures import Exit
from tests.cli.running import Run
from tests.cli.scripted_server import Answer, ScriptedServer


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, which nobody has signed, and its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


COUNTER = Answer(200, {"ongoing_tasks": 7})


def test_a_certificate_that_nobody_signed_is_refused_at_once(
    tls: ssl.SSLContext, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSVSUM_TOKEN", "csvsum_secret")
    with ScriptedServer(COUNTER, tls=tls).running() as server:
        ended = run("count", "--url", server.url)
    assert (ended.code, ended.out, server.asked) == (Exit.UNREACHABLE, "", [])
    assert "cannot be verified" in ended.err
    assert "SSL_CERT_FILE" in ended.err


def test_the_certificates_of_ones_own_authority_are_trusted(
    tls: ssl.SSLContext, certificate: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ScriptedServer(COUNTER, tls=tls).running() as server:
        assert run("count", "--url", server.url).out == "7\n"
