"""How the hub comes in to Kafka: in plain text, over TLS, or over TLS with a name and a password."""

import ssl
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import Unusable
from services.chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """What every client of aiokafka is made with; a password is among it, so `repr` shows nothing."""

    arguments: dict[str, Any] = field(default_factory=dict, repr=False)


def access_of(settings: Settings) -> Access:
    """As the settings say. Raises `Unusable` for half of an access: what is set and not used, or wanted and
    not set, would only be seen as a Kafka that does not answer, or not at all."""
    security, name = settings.kafka_security, bool(settings.kafka_user)
    password = settings.kafka_password.get_secret_value()
    if security != "plaintext" and not settings.log.startswith("kafka:"):
        raise Unusable("HUB_KAFKA_SECURITY is set, and HUB_LOG names no Kafka")
    if security == "plaintext" and settings.kafka_ca:
        raise Unusable("HUB_KAFKA_CA is set: set HUB_KAFKA_SECURITY to ssl or sasl_ssl as well")
    if security != "sasl_ssl" and (name or password):
        raise Unusable(
            "HUB_KAFKA_USER or HUB_KAFKA_PASSWORD is set: set HUB_KAFKA_SECURITY to sasl_ssl as well"
        )
    if security == "sasl_ssl" and not (name and password):
        raise Unusable("HUB_KAFKA_SECURITY is sasl_ssl: set HUB_KAFKA_USER and HUB_KAFKA_PASSWORD as well")
    if security == "plaintext":
        return Access()
    tls = {"security_protocol": security.upper(), "ssl_context": _context(settings)}
    who = {"sasl_plain_username": settings.kafka_user, "sasl_plain_password": password}
    return Access(tls | who | {"sasl_mechanism": settings.kafka_mechanism} if name else tls)


def _context(settings: Settings) -> ssl.SSLContext:
    """The broker must show a certificate of this authority, or of one the machine trusts, for its name."""
    try:
        return ssl.create_default_context(cafile=settings.kafka_ca)
    except OSError:  # also of what is no certificate
        raise Unusable("HUB_KAFKA_CA names no file of certificates in PEM") from None
