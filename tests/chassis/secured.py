"""A real Kafka that also listens over TLS and asks for a name and a password."""

import re
import shutil
from pathlib import Path

from deploy.kafka.engine import _CLUSTER, KafkaEngine, find_java
from deploy.process import free_port, run

USER, PASSWORD = "hub", "the-password-of-a-test"
_SECURED = """
listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},SECURED://127.0.0.1:{secured}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
listener.name.secured.ssl.keystore.location={keys}
listener.name.secured.ssl.keystore.type=PKCS12
listener.name.secured.ssl.keystore.password={password}
listener.name.secured.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.secured.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
"""


class SecuredKafka(KafkaEngine):
    """As its base, and at `secured` with a certificate that `ca` vouches for."""

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def _prepare(self) -> None:
        super()._prepare()
        plain = self._settings.read_text("utf-8")
        controller = re.search(r"CONTROLLER://127\.0\.0\.1:(\d+)", plain)
        assert controller
        keys, self.secured = self.folder / "keys.p12", free_port()
        self._certify(keys)
        more = _SECURED.format(
            port=self.port, controller=controller[1], secured=self.secured, keys=keys, user=USER,
            password=PASSWORD,
        )  # fmt: skip
        self._settings.write_text(plain + more, "utf-8")  # the last word on a property holds
        shutil.rmtree(self.folder / "data")
        known = f'SCRAM-SHA-512=[name="{USER}",password="{PASSWORD}"]'
        run(
            [
                *self._jvm,
                "kafka.tools.StorageTool",
                "format",
                "-t",
                _CLUSTER,
                "-c",
                self._settings,
                "-S",
                known,
            ]
        )

    def _certify(self, keys: Path) -> None:
        tool = Path(find_java()).resolve().with_name("keytool")
        store = ["-keystore", keys, "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", "kafka"]
        names = ["-dname", "CN=Kafka of a test", "-ext", "SAN=IP:127.0.0.1", "-ext", "bc=ca:true"]
        run([tool, "-genkeypair", "-keyalg", "EC", "-validity", "2", *names, *store])
        run([tool, "-exportcert", "-rfc", "-file", self.ca, *store])
