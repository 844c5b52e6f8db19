import pytest

from core.checks import check_settings


def test_check_settings_is_content_with_the_test_run():
    assert check_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FIELD_KEYS", ["k1:short"], "core.E001"),
        ("FIELD_CIPHER", "des", "core.E001"),
        ("TRUSTED_PROXIES", ["10.0.0.0/99"], "core.E002"),
        ("TRUSTED_PROXIES", ["proxy.local"], "core.E002"),
    ],
)
def test_check_settings_refuses_to_start_on_what_cannot_be_used(settings, name, value, code):
    setattr(settings, name, value)
    assert [problem.id for problem in check_settings(None)] == [code]
