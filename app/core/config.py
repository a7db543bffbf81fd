"""Configuration: from the environment only, parsed once, with sentences for what is wrong."""

from base64 import b64decode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    SecretBytes,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.seal_settings import SealSettings
from app.core.signing_keys import ID, SigningKey, named_secret

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
KEY_BYTES = 32


class ProviderSettings(BaseModel):
    """One way to sign in: an OIDC issuer found by discovery, or a named preset."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    preset: Literal["oidc", "google", "facebook", "tiktok", "zalo"] = "oidc"
    issuer: str = ""
    client_id: str
    client_secret: SecretStr = SecretStr("")
    label: str = ""

    @model_validator(mode="after")
    def _issuer_for_oidc(self) -> Self:
        if self.preset == "oidc" and not self.issuer:
            raise ValueError(f"provider {self.name}: give its issuer, or name a preset")
        return self


class ChannelProviderSettings(BaseModel):
    """One platform at which owners can prove their channels by signing in there."""

    platform: Literal["youtube", "tiktok", "facebook", "instagram", "x", "twitch", "zalo"]
    client_id: str
    client_secret: SecretStr = SecretStr("")
    origin: str = ""  # a server that stands in for the platform; for demonstrations and tests

    @field_validator("origin")
    @classmethod
    def _plain(cls, given: str) -> str:
        return _origin(given, "origin") if given else ""


class TokenKey(BaseModel):
    """One key that seals tokens: its name, which is kept beside what it sealed, and 32 bytes."""

    id: str = Field(pattern=ID)
    key: SecretBytes

    @classmethod
    def read(cls, given: str) -> Self:
        """The key that `id:base64` writes.

        Raises:
            ValueError: it writes none; what was given is not repeated.
        """
        found = named_secret(given)
        if found is None:
            raise ValueError("write each key as id:base64, with 32 bytes of randomness in base64")
        return cls(id=found[0], key=SecretBytes(found[1]))


class WitnessSettings(BaseModel):
    """A witness that cosigns checkpoints (C2SP tlog-witness)."""

    url: str  # below it lies `add-checkpoint`
    vkey: str  # its name, key id and key, as C2SP signed-note writes them
    every: float = Field(10, gt=0)  # seconds between two checkpoints that it is asked to cosign

    @field_validator("vkey")
    @classmethod
    def _of_a_witness(cls, given: str) -> str:
        if not _is_vkey(given, b"\x04"):
            raise ValueError("vkey is a witness's name, key id and key, joined by plus signs")
        return given


def _is_vkey(given: str, kind: bytes) -> bool:
    """Whether `given` writes a public Ed25519 key of that type (C2SP signed-note)."""
    name, _, rest = given.partition("+")
    key_id, _, written = rest.partition("+")
    try:
        material = b64decode(written, validate=True)
    except ValueError:
        return False
    known = sha256(f"{name}\n".encode() + material).hexdigest()[:8]
    return material[:1] == kind and len(material) == 1 + KEY_BYTES and key_id == known


def _origin(given: str, name: str) -> str:
    url = HttpUrl(given)
    if url.path not in (None, "/") or url.query or url.fragment or url.username or url.password:
        raise ValueError(f"{name} is an origin such as https://portal.example, without a path")
    return str(url).rstrip("/")  # as browsers write it: in lower case, without a usual port


Named = TypeVar("Named", TokenKey, SigningKey)


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore", frozen=True)

    database_url: str = Field("", validation_alias="DATABASE_URL")
    base_url: str = "http://localhost:8000"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    secret_key: SecretStr = SecretStr("")
    data_dir: Path = ROOT / ".data"
    demo: bool = False
    providers: tuple[ProviderSettings, ...] = ()
    channel_providers: tuple[ChannelProviderSettings, ...] = ()
    token_keys: Annotated[tuple[TokenKey, ...], NoDecode] = ()  # the first seals, all open
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    log_keys: Annotated[tuple[SigningKey, ...], NoDecode] = ()  # each signs every checkpoint
    log_vkeys: Annotated[tuple[str, ...], NoDecode] = ()  # where none of `log_keys` is to be known
    log_origin: str = ""  # the log's name for good; of the address when empty
    log_memory: Path | None = None  # the last checkpoint signed, kept apart from the database
    log_witnesses: tuple[WitnessSettings, ...] = ()
    credential_keys: Annotated[tuple[SigningKey, ...], NoDecode] = ()  # the first signs
    seal: SealSettings | None = None
    youtube_api_key: SecretStr = SecretStr("")  # reads descriptions and counts of channels there
    contact: str = "lienhe@niemtinso.example"

    smtp_url: str = Field("", validation_alias="SMTP_URL")
    mail_from: str = "Liên minh Niềm tin số <khong-tra-loi@niemtinso.example>"

    storage: Literal["local"] = "local"
    pool_size: int = 10
    search_max_age: float = Field(1.0, ge=0)  # seconds that an answer may be out of date
    checks_a_minute: int = Field(60, ge=1)  # of one address, on the page of the check
    api_a_minute: int = Field(600, ge=1)  # requests of one address
    log_format: Literal["json", "text"] = "json"

    @field_validator("trusted_proxies", "log_vkeys", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return (
            tuple(p.strip() for p in given.split(",") if p.strip())
            if isinstance(given, str)
            else given
        )

    @field_validator("base_url")
    @classmethod
    def _plain_origin(cls, given: str) -> str:
        return _origin(given, "PORTAL_BASE_URL")

    @field_validator("token_keys", mode="before")
    @classmethod
    def _keys(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return tuple(TokenKey.read(one) for one in given.split(",") if one.strip())

    @field_validator("log_keys", "credential_keys", mode="before")
    @classmethod
    def _signing_keys(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return tuple(SigningKey.read(one) for one in given.split(",") if one.strip())

    @field_validator("log_vkeys")
    @classmethod
    def _of_a_log(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_is_vkey(one, b"\x01") for one in given):
            raise ValueError("write public keys of the log as `portal log vkeys` prints them")
        return given

    @field_validator("channel_providers")
    @classmethod
    def _each_platform_once(
        cls, given: tuple[ChannelProviderSettings, ...], info: ValidationInfo
    ) -> tuple[ChannelProviderSettings, ...]:
        if len({one.platform for one in given}) < len(given):
            raise ValueError("name each platform once")
        if str(info.data.get("base_url")).startswith("https:") and any(o.origin for o in given):
            raise ValueError(
                "origin is for demonstrations; a portal on https asks the platforms themselves"
            )
        return given

    @field_validator("token_keys", "log_keys", "credential_keys")
    @classmethod
    def _each_key_once(cls, given: tuple[Named, ...]) -> tuple[Named, ...]:
        if len({one.id for one in given}) < len(given):
            raise ValueError("give each key an id of its own")
        return given

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, given: SecretStr) -> SecretStr:
        if 0 < len(given.get_secret_value()) < 32:  # noqa: PLR2004 - 256 bits and more, as text
            raise ValueError("PORTAL_SECRET_KEY must be at least 32 characters of randomness")
        return given

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, given: str) -> str:
        scheme, _, rest = given.partition("://")
        if given and scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError(
                "it looks like postgresql://user:password@host/name; nothing else will"
            )
        return given and f"postgresql+psycopg://{rest}"

    def require_secret(self) -> str:
        """The key that signs cookies.

        Raises:
            ValueError: `PORTAL_SECRET_KEY` is not set.
        """
        if not self.secret_key.get_secret_value():
            raise ValueError("set PORTAL_SECRET_KEY to at least 32 characters of randomness")
        return self.secret_key.get_secret_value()

    @property
    def log_name(self) -> str:
        """The log's origin (C2SP tlog-checkpoint): its address without the scheme."""
        return self.log_origin or f"{self.base_url.partition('://')[2]}/log"

    @property
    def log_memory_file(self) -> Path:
        """Where the last checkpoint that was signed is kept, apart from the database."""
        return self.log_memory or self.data_dir / "log" / "signed"

    @property
    def search_folder(self) -> Path:
        """Where the bases of the search are; the processes of one machine share it."""
        return self.data_dir / "search"

    @property
    def secure(self) -> bool:
        """Whether the portal is reached over HTTPS; cookies and HSTS follow."""
        return self.base_url.startswith("https://")


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        pydantic.ValidationError: something in the environment is missing or wrong.
    """
    return Settings()


def told(wrong: ValidationError) -> str:
    """What is wrong in the environment, a line for each variable; values are not repeated."""
    lines = []
    for detail in wrong.errors(include_input=False, include_url=False):
        first, *rest = map(str, detail["loc"])
        name = first if first.isupper() else f"PORTAL_{first.upper()}"
        lines.append(f"{'.'.join([name, *rest])}: {detail['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
