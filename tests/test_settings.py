"""Settings: defaults, plain errors, no secret in any of them, .env.example equal to the class."""

from pathlib import Path

import pytest

from bot.settings import BadSettings, Settings, load

TOKEN = "123456:" + "A" * 35
EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = load()
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}"
    assert settings.listen == ("127.0.0.1", 8080)
    assert str(settings.timezone) == "Asia/Shanghai"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRETARY_ID=7\nLISTEN=0.0.0.0:9\n", encoding="utf-8")
    monkeypatch.setenv("SECRETARY_ID", "8")
    settings = load()
    assert settings.secretary_id == 8
    assert settings.listen == ("0.0.0.0", 9)


def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETARY_ID", "")
    monkeypatch.setenv("DATABASE_URL", "")
    assert load().secretary_id is None
    assert load().database.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "not-a-token-SECRETVALUE"),
        ("WEBHOOK_SECRET", "bad secret SECRETVALUE"),
        ("DATABASE_URL", "mysql://root:SECRETVALUE@host/x"),
        ("LISTEN", "SECRETVALUE"),
        ("TIMEZONE", "SECRETVALUE/../x"),
        ("SECRETARY_ID", "SECRETVALUE"),
        ("SECRETARY_ID", "0"),
        ("OPERATOR_ID", "-1001234"),
        ("BOT_API_URL", "SECRETVALUE"),
        ("LOG_LEVEL", "SECRETVALUE"),
    ],
)
def test_a_bad_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"^{name}: ") as caught:
        load()
    assert "SECRETVALUE" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("this is no setting SECRETVALUE\n", 1),
        ("# good\nLOG_LEVEL=INFO\n\n\nBOT_TOKEN: SECRETVALUE\n", 5),
        ("LOG_LEVEL=INFO\nBOT_TOKEN\n", 2),
        ("BOT_TOKEN='SECRETVALUE\n", 1),
    ],
)
def test_a_bad_line_of_the_file_is_named_and_not_shown(tmp_path: Path, content: str, line: int) -> None:
    (tmp_path / ".env").write_text(content, encoding="utf-8")
    with pytest.raises(BadSettings, match=rf"^\.env line {line}: NAME=value is needed$"):
        load()


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_URL", "https://bot.example.org/")
    with pytest.raises(BadSettings, match="WEBHOOK_SECRET"):
        load()


def test_without_a_token_it_says_so() -> None:
    with pytest.raises(BadSettings, match="BOT_TOKEN: not set"):
        _ = load().token


def test_secrets_stay_out_of_the_repr() -> None:
    settings = load(bot_token=TOKEN, webhook_secret="s" * 20, database_url="postgresql://u:hidden@h/d")
    shown = repr(settings) + str(settings)
    assert TOKEN not in shown
    assert "s" * 20 not in shown
    assert "hidden" not in shown


def test_the_example_has_every_setting_and_the_defaults() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    names = [line.partition("=")[0] for line in lines]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
    given = {name.lower(): value for name, _, value in (line.partition("=") for line in lines) if value}
    assert load(**given) == load()
