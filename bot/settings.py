"""The settings: the only reader of the environment and of .env."""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeInt, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.kit.redact import learn

TOKEN = re.compile(r"^\d+:[A-Za-z0-9_-]+$")
SECRET = re.compile(r"^[A-Za-z0-9_-]{16,256}$")
ENV_FILE = ".env"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadSettings(Exception):
    """Some settings cannot be used; the text says which and why, in English, without the value of any."""


def _token(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not TOKEN.match(value.get_secret_value()):
        raise ValueError("this is not a bot token: BotFather gives one like 123456:ABC-DEF")
    return value


def _secret(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not SECRET.match(value.get_secret_value()):
        raise ValueError("16 to 256 characters of A-Z a-z 0-9 _ - are needed")
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("an address like https://bot.example.org is needed")
    return value.rstrip("/")


def _database(value: str) -> str:
    if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("sqlite:///path or postgresql://user:password@host/name is needed")
    return value


def _address(value: Any) -> Any:
    """host:port, :port or port alone (this machine only)."""
    if not isinstance(value, str):
        return value
    host, _, port = value.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) < 65_536:
        raise ValueError("host:port is needed, for example 127.0.0.1:8080")
    return host.strip("[]") or "127.0.0.1", int(port)


def _zone(value: Any) -> Any:
    try:
        return ZoneInfo(value) if isinstance(value, str) else value
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone like Asia/Shanghai is needed") from None


def _level(value: str) -> str:
    if value.upper() not in LEVELS:
        raise ValueError("one of " + ", ".join(LEVELS) + " is needed")
    return value.upper()


class Settings(BaseSettings):
    """Where the bot finds Telegram, its data and its people. An empty value counts as not given."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    bot_token: Annotated[SecretStr, AfterValidator(_token)] = SecretStr("")
    bot_api_url: Annotated[str, AfterValidator(_url)] = "https://api.telegram.org"
    data_dir: Path = Path("data")
    database_url: Annotated[str, AfterValidator(_database)] = Field("", repr=False)
    webhook_url: Annotated[str, AfterValidator(_url)] = ""
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret)] = SecretStr("")
    listen: Annotated[tuple[str, int], NoDecode, BeforeValidator(_address)] = ("127.0.0.1", 8080)
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Shanghai")
    secretary_id: PositiveInt | None = None
    operator_id: PositiveInt | None = None
    backup_keep: NonNegativeInt = 14
    backup_every: Annotated[int, Field(ge=0, le=24)] = 6
    log_level: Annotated[str, AfterValidator(_level)] = "INFO"

    def model_post_init(self, context: Any, /) -> None:
        """Whoever knows the secrets no longer writes them down."""
        learn(self.bot_token.get_secret_value(), self.database_url, self.webhook_secret.get_secret_value())

    @property
    def database(self) -> str:
        """DATABASE_URL, or the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'branch-bot.db'}"

    @property
    def backups(self) -> Path:
        """Where the daily copies of the database lie."""
        return self.data_dir.absolute() / "backups"

    @property
    def token(self) -> str:
        """The token; raises BadSettings when there is none."""
        token = self.bot_token.get_secret_value()
        if not token:
            raise BadSettings("BOT_TOKEN: not set. BotFather gives one; put it into .env or the environment.")
        return token


def load(**given: Any) -> Settings:
    """The settings of the environment and .env, `given` laid over them; raises BadSettings."""
    try:
        _require_readable(Path(ENV_FILE))
        settings = Settings(**given)
    except ValidationError as error:
        raise BadSettings("\n".join(_said(item["loc"], item["msg"]) for item in error.errors())) from None
    except UnicodeDecodeError:
        raise BadSettings(".env: not a UTF-8 text file") from None
    if settings.webhook_url and not settings.webhook_secret.get_secret_value():
        raise BadSettings("WEBHOOK_SECRET: needed together with WEBHOOK_URL")
    return settings


def _require_readable(file: Path) -> None:
    """Raise BadSettings for a line that would otherwise be skipped with a warning, or count as not given."""
    if not file.is_file():
        return
    # Comes with pydantic-settings, which reads the file with it: the same idea of what a line is.
    from dotenv.parser import parse_stream

    with file.open(encoding="utf-8") as stream:
        for line in parse_stream(stream):
            if line.error or (line.key is not None and line.value is None):
                # What was parsed may begin with the empty lines before it.
                skipped = len(line.original.string) - len(line.original.string.lstrip("\n"))
                raise BadSettings(f"{file} line {line.original.line + skipped}: NAME=value is needed")


def _said(where: tuple[int | str, ...], what: str) -> str:
    return f"{str(where[0]).upper() if where else 'settings'}: {what.removeprefix('Value error, ')}"
