"""Configuration: from the environment only, parsed once, with sentences for what is wrong."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"


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
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    contact: str = "lienhe@niemtinso.example"

    smtp_url: str = Field("", validation_alias="SMTP_URL")
    mail_from: str = "Liên minh Niềm tin số <khong-tra-loi@niemtinso.example>"

    storage: Literal["local"] = "local"
    pool_size: int = 10
    search_max_age: float = Field(1.0, ge=0)  # seconds that an answer may be out of date
    checks_a_minute: int = Field(60, ge=1)  # of one address, on the page of the check
    api_a_minute: int = Field(600, ge=1)  # requests of one address
    log_format: Literal["json", "text"] = "json"

    @field_validator("trusted_proxies", mode="before")
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
        url = HttpUrl(given)
        if url.path not in (None, "/") or url.query or url.fragment:
            raise ValueError(
                "PORTAL_BASE_URL is an origin such as https://portal.example, without a path"
            )
        return given.rstrip("/")

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
