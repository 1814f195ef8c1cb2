"""What differs from one machine to another: environment variables `HUB_*`, read once, passed down."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The hub's settings; `HUB_LOG` and `HUB_DATABASE` alone turn one machine into a cluster."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data: Path = Field(Path("var"), description="Where the embedded log and database live.")
    log: str = Field(
        "", description="kafka://host:port[,host:port]; the embedded log in HUB_DATA by default."
    )
    kafka_security: Literal["plaintext", "ssl", "sasl_ssl"] = Field(
        "plaintext", description="Whether Kafka is spoken to over TLS, and with a name and a password."
    )
    kafka_ca: Path | None = Field(
        None, description="Certificates (PEM) to know the brokers by; those the machine trusts by default."
    )
    kafka_user: str = Field("", description="The hub's name at Kafka, for sasl_ssl.")
    kafka_password: SecretStr = Field(SecretStr(""), description="Its password.")
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="How the password is shown."
    )
    database: str = Field("", description="postgresql+asyncpg://…; SQLite in HUB_DATA by default.")
    host: str = Field("127.0.0.1", description="The address every server of ours listens on.")
    port: int = Field(8000, description="The port of the API and the console.")
    public_url: str = Field("", description="The console's address as browsers see it, behind a proxy.")
    proxies: str = Field(
        "127.0.0.1", description="Addresses of proxies that say who asks (X-Forwarded-For); * for any."
    )
    secret: SecretStr = Field(
        SecretStr(""), description="Signs the console's sessions; made and kept by default."
    )
    demo: bool = Field(False, description="Simulated platforms, logins and keys for a look around.")
    rulebooks: Path | None = Field(None, description="A county's own rules, instead of those that ship.")
    platforms: dict[str, str] = Field(
        {}, description='Addresses of platforms, JSON: {"police_110": "https://…"}.'
    )
    platform_secrets: dict[str, dict[str, SecretStr]] = Field(
        {}, description='Credentials by platform, JSON: {"police_110": {"token": "…"}}.'
    )
    rate: str = Field(
        "1000/second",
        description="Postings one caller may send: 1000/second, 60000/minute; at least 500 at a time.",
    )
    llm_url: str = Field(
        "",
        pattern=r"^(https?://[^\s]+)?$",
        description="An OpenAI-compatible endpoint (…/v1) to suggest categories in triage; none by default.",
    )
    llm_key: SecretStr = Field(SecretStr(""), description="Its key, where it asks for one.")
    llm_model: str = Field("", pattern=r"^[\w./:@-]{0,80}$", description="The model to ask there.")
    llm_timeout: float = Field(20.0, gt=0, le=120, description="Seconds an answer may take as a whole.")
    llm_per_minute: int = Field(20, gt=0, le=600, description="Questions a process may ask there a minute.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = Field(False, description="One JSON object a line instead of coloured text.")
    pool: int = Field(5, description="Database connections a process may hold.")

    @property
    def base_url(self) -> str:
        """The console's address as browsers see it."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def log_url(self) -> str:
        """The log's address."""
        return self.log or f"local:{self.data / 'log.db'}"

    @property
    def database_url(self) -> str:
        """The database's address."""
        return self.database or f"sqlite+aiosqlite:///{self.data / 'hub.db'}"
