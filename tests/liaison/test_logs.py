"""Logs are JSON lines, carry nothing personal, and say less about residents than about staff."""

from __future__ import annotations

import json
import logging
import logging.config

import pytest
import structlog

from liaison.logs import logging_config, mask_text
from liaison.requestlog import coarse_address

PHONE, ID_NUMBER, CARD = "13800138000", "11010519491231002X", "6222021234567890123"
RECEIPT = "7KQ2-M4XW-9BHT-VC3E"


@pytest.fixture
def log_file(tmp_path):
    """Logging as in production, into a folder of its own; put back afterwards."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    logging.config.dictConfig(logging_config(level="INFO", log_dir=str(tmp_path), pretty=False))
    yield tmp_path / "liaison.log"
    root = logging.getLogger()
    root.handlers[:], root.level = before[0], before[1]


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_json_with_what_was_said(log_file):
    structlog.get_logger("liaison.test.one").info("drained", count=3, kind="deliver")
    (line,) = lines(log_file)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "drained",
        "count": 3,
        "kind": "deliver",
        "level": "info",
        "logger": "liaison.test.one",
    }


def test_personal_data_is_masked_wherever_it_stands(log_file):
    structlog.get_logger("liaison.test.two").warning(
        f"call {PHONE}", note=f"id {ID_NUMBER}", phone="anything", rows=[{"x": CARD}], receipt="R"
    )
    logging.getLogger("somebody.else").error("paid with %s for %s", CARD, RECEIPT)
    text = log_file.read_text(encoding="utf-8")
    for secret in (PHONE, ID_NUMBER, CARD, RECEIPT, "anything"):
        assert secret not in text
    assert lines(log_file)[0]["note"] == "id [证件号]"


def test_a_traceback_is_masked(log_file):
    try:
        raise ValueError(f"bad phone {PHONE}")
    except ValueError:
        structlog.get_logger("liaison.test.three").exception("failed")
    (line,) = lines(log_file)
    assert PHONE not in json.dumps(line)
    assert "ValueError: bad phone [手机号]" in line["exception"]


def test_numbers_that_are_not_personal_stay():
    text = "order 20260101 count 123456789012 in 0.012345678901234567 s"
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.0.0"), ("2001:db8:1:2::3", "2001:db8::"), ("", ""), ("x", "")],
)
def test_coarse_address_tells_no_household(address, kept):
    assert coarse_address(address) == kept


def request_line(caplog):
    records = [record for record in caplog.records if record.name == "liaison.request"]
    assert len(records) == 1
    return records[0].msg


def test_a_resident_request_is_logged_without_query_and_whole_address(client, caplog, db):
    caplog.set_level(logging.INFO, logger="liaison.request")
    client.get("/nowhere/?phone=13800138000", REMOTE_ADDR="203.0.113.77")
    line = request_line(caplog)
    assert {k: line[k] for k in ("method", "path", "status", "audience", "from")} == {
        "method": "GET",
        "path": "/nowhere/",
        "status": 404,
        "audience": "resident",
        "from": "203.0.0.0",
    }
    assert "203.0.113.77" not in str(line)
    assert PHONE not in str(line)


def test_a_staff_request_is_logged_with_who_and_from_where(admin_client, admin_user, caplog):
    caplog.set_level(logging.INFO, logger="liaison.request")
    admin_client.get("/admin/?q=secret", REMOTE_ADDR="203.0.113.77")
    line = request_line(caplog)
    assert (line["audience"], line["from"], line["user_id"]) == (
        "admin",
        "203.0.113.77",
        admin_user.pk,
    )
    assert "secret" not in str(line)


def test_health_checks_are_not_logged(client, caplog):
    caplog.set_level(logging.INFO, logger="liaison.request")
    client.get("/healthz")
    assert [record for record in caplog.records if record.name == "liaison.request"] == []
