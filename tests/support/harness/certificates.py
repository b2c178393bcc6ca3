"""A certificate authority for one test run, and certificates of it."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Signs certificates and writes them as PEM files into `directory`."""

    def __init__(self, directory, name="Test CA"):
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.certificate = self._write_certificate(
            self._builder(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True),
            f"{name.replace(' ', '-')}.pem")

    def _builder(self, subject, public_key):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
                .public_key(public_key).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(days=1)))

    def _write_certificate(self, builder, file_name):
        path = self._directory / file_name
        path.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(PEM))
        return path

    def issue(self, name, *alternatives, rsa_key=False):
        """A certificate for `name` with those x509 alternative names: (certificate, key) files."""
        key = (rsa.generate_private_key(65537, 2048) if rsa_key
               else ec.generate_private_key(ec.SECP256R1()))
        builder = self._builder(_name(name), key.public_key())
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives),
                                            critical=False)
        key_file = self._directory / f"{name}.key.pem"
        key_file.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        key_file.chmod(0o600)
        return self._write_certificate(builder, f"{name}.pem"), key_file
