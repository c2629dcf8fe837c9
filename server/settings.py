"""The settings (PORTCARD_*), read once, here, and handed down."""

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_SECRET = 32
SMS_PER_ADDRESS = 20
SOCKETS_PER_ACCOUNT = 100
DRAIN_SECONDS = 10.0
DEV_ISSUER = "/dev/elicence"
POSTGRES = ("postgres", "postgresql")
# fmt: off
SCHEMES = {
    "database_url":  ("sqlite://", "postgres://", "postgresql://"),
    "broadcast_url": ("memory://", "redis://", "rediss://", "postgres://", "postgresql://"),
    "storage_url":   ("file:///",),
    "smtp_url":      ("smtp://", "smtps://", "smtp+starttls://"),
    "sms_url":       ("http://", "https://"),
    "verifier_url":  ("http://", "https://"),
    "single_window_url": ("http://", "https://"),
    "public_url":    ("http://", "https://"),
}
# fmt: on
SEVERAL = (
    "allowed_origins",
    "trusted_proxies",
    "single_window_redirects",
    "single_window_claims",
)  # fmt: skip


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Where things are. Everything has a default for a laptop; production must say more."""

    model_config = SettingsConfigDict(env_prefix="PORTCARD_", env_ignore_empty=True)

    env: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path("data")
    public_url: str = ""
    database_url: str = ""
    broadcast_url: str = ""
    storage_url: str = ""
    smtp_url: str = ""
    mail_from: str = "Portcard <no-reply@portcard.invalid>"
    sms_url: str = ""
    sms_token: SecretStr | None = None
    verifier_url: str = ""
    single_window_url: str = ""
    single_window_client_id: str = ""
    single_window_client_secret: SecretStr | None = None
    single_window_redirects: Annotated[list[str], NoDecode] = []
    single_window_scopes: str = "openid profile email phone"
    single_window_claims: Annotated[list[str], NoDecode] = []
    pkcs11_module: Path | None = None
    secret_key: SecretStr | None = None
    data_keys: SecretStr | None = None
    allowed_origins: Annotated[list[str], NoDecode] = []
    trusted_proxies: Annotated[list[str], NoDecode] = []
    session_hours: int = Field(default=12, ge=1, le=24)
    session_idle_minutes: int = Field(default=30, ge=2, le=24 * 60)
    sms_per_address: int | None = Field(default=None, ge=0)
    officer_second_factor: Literal["optional", "required"] | None = None
    four_eyes: bool | None = None
    damaged_papers: Literal["taken", "refused"] | None = None
    elicence_issuer: str = ""
    elicence_keys: Path | None = None
    trusted_documents: Path | None = None
    only_trusted: bool = False
    rate_factor: float | None = Field(default=None, ge=0)
    most_sockets: int = Field(default=20_000, ge=0)
    sockets_per_account: int | None = Field(default=None, ge=0)
    drain_seconds: float | None = Field(default=None, ge=0, le=300)
    replay_days: int = Field(default=90, ge=0)
    metrics_token: SecretStr | None = None
    operation_seconds: float = Field(default=15.0, gt=0, le=600)
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"

    @field_validator(*SEVERAL, mode="before")
    @classmethod
    def _several_are_separated_by_commas(cls, told: object) -> object:
        if not isinstance(told, str):
            return told
        return [one.strip() for one in told.split(",") if one.strip()]

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, told: list[str]) -> list[str]:
        for one in told:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(f"{one} is no address or network (10.0.0.0/8)") from None
        return told

    @field_validator(*SCHEMES)
    @classmethod
    def _scheme_is_known(cls, url: str, info: ValidationInfo) -> str:
        known = SCHEMES[info.field_name or ""]
        if url and not url.startswith(known):
            raise ValueError(f"must begin with {' or '.join(known)}")
        return url

    @field_validator(
        "smtp_url", "sms_url", "verifier_url", "public_url", "broadcast_url", "single_window_url"
    )
    @classmethod
    def _address_has_a_host(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not url.startswith("memory://") and not (_host_of(parts) and _port_of(parts)):
            raise ValueError("must name a host, and a port that is a number")
        return url

    @field_validator("public_url")
    @classmethod
    def _address_ends_without_a_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @model_validator(mode="after")
    def _trusting_needs_a_manifest(self) -> Self:
        if self.only_trusted and self.trusted_documents is None:
            raise ValueError("PORTCARD_ONLY_TRUSTED needs PORTCARD_TRUSTED_DOCUMENTS")
        return self

    @field_validator("single_window_redirects")
    @classmethod
    def _redirects_are_addresses(cls, told: list[str]) -> list[str]:
        for one in told:
            parts = urlsplit(one)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
                raise ValueError(f"{one} is no address (https://HOST/PATH)")
        return told

    @field_validator("single_window_claims")
    @classmethod
    def _claims_are_pairs(cls, told: list[str]) -> list[str]:
        for one in told:
            ours, _, theirs = one.partition("=")
            if not (ours and theirs):
                raise ValueError(f"{one} is not OURS=THEIRS")
        return told

    @model_validator(mode="after")
    def _the_single_window_knows_us(self) -> Self:
        if self.single_window_url and not self.single_window_client_id:
            raise ValueError("PORTCARD_SINGLE_WINDOW_URL needs PORTCARD_SINGLE_WINDOW_CLIENT_ID")
        ways = (self.single_window_url, *self.single_window_returns)
        if self.single_window_url and not self.is_development:
            for way in ways:
                if not way.startswith("https://"):
                    raise ValueError(
                        f"production signs in by the Single Window by https, not {way}"
                    )
        return self

    @model_validator(mode="after")
    def _an_issuer_has_keys(self) -> Self:
        if bool(self.elicence_issuer) is not bool(self.elicence_keys):
            raise ValueError("PORTCARD_ELICENCE_ISSUER and PORTCARD_ELICENCE_KEYS need each other")
        if not self.is_development and self.elicence_issuer.rstrip("/").endswith(DEV_ISSUER):
            raise ValueError("PORTCARD_ELICENCE_ISSUER is a laptop's, which vouches for anybody")
        return self

    @model_validator(mode="after")
    def _production_is_told_everything(self) -> Self:
        if self.is_development:
            return self
        missing = [f"PORTCARD_{name.upper()}" for name in NEEDED if not getattr(self, name)]
        if missing:
            raise ValueError(f"production needs {', '.join(missing)}")
        if len(self.secret_key.get_secret_value() if self.secret_key else "") < SHORTEST_SECRET:
            raise ValueError(f"PORTCARD_SECRET_KEY needs at least {SHORTEST_SECRET} characters")
        return self

    @property
    def is_development(self) -> bool:
        return self.env is Environment.DEVELOPMENT

    @property
    def requires_second_factor(self) -> bool:
        """Of officers; in production unless said otherwise."""
        if self.officer_second_factor is None:
            return not self.is_development
        return self.officer_second_factor == "required"

    @property
    def single_window_returns(self) -> tuple[str, ...]:
        """Where the Single Window may send a browser back to; the first is the usual one."""
        return tuple(self.single_window_redirects) or (f"{self.url}/sign-in/single-window",)

    @property
    def single_window_names(self) -> dict[str, str]:
        """The claims that the Single Window calls otherwise."""
        pairs = (one.partition("=") for one in self.single_window_claims)
        return {ours: theirs for ours, _, theirs in pairs}

    @property
    def takes_damaged_papers(self) -> bool:
        """On a laptop unless said otherwise, never in production unless it says so."""
        if self.damaged_papers is None:
            return self.is_development
        return self.damaged_papers == "taken"

    @property
    def demands_four_eyes(self) -> bool:
        """In production unless said otherwise."""
        return not self.is_development if self.four_eyes is None else self.four_eyes

    @property
    def most_sms_per_address(self) -> int:
        """An hour; 0 is no limit, as in development, where no SMS goes out."""
        if self.sms_per_address is None:
            return 0 if self.is_development else SMS_PER_ADDRESS
        return self.sms_per_address

    @property
    def most_sockets_per_account(self) -> int:
        """0 is no limit, as in development, where load is tried out from one account."""
        if self.sockets_per_account is None:
            return 0 if self.is_development else SOCKETS_PER_ACCOUNT
        return self.sockets_per_account

    @property
    def drain(self) -> float:
        """Seconds over which the sockets are closed at the end; a laptop does not wait."""
        if self.drain_seconds is None:
            return 0.0 if self.is_development else DRAIN_SECONDS
        return self.drain_seconds

    @property
    def rates(self) -> float:
        """How many times the table of rates; a laptop counts nothing unless it is told to."""
        if self.rate_factor is None:
            return 0.0 if self.is_development else 1.0
        return self.rate_factor

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite://{self.data_dir.resolve() / 'portcard.sqlite3'}"

    @property
    def broadcast(self) -> str:
        """Where wake-ups go; a PostgreSQL carries them itself unless told otherwise."""
        if self.broadcast_url:
            return self.broadcast_url
        return self.database if self.database.startswith(POSTGRES) else "memory://"

    @property
    def files(self) -> Path:
        """The folder of papers: the path of `storage_url` (file://…), or one in the data folder."""
        return Path(self.storage_url.removeprefix("file://") or self.data_dir.resolve() / "files")

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


def _host_of(parts: SplitResult) -> str | None:
    """`?host=FOLDER` is the socket of a PostgreSQL."""
    folder = parse_qs(parts.query).get("host") if parts.scheme in POSTGRES else None
    return folder[0] if folder else parts.hostname


def _port_of(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


NEEDED = (
    "database_url", "public_url", "smtp_url", "sms_url", "verifier_url", "secret_key", "data_keys",
)  # fmt: skip
