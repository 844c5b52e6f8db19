"""Business errors: what a person did that cannot be done, said in plain Chinese.

A service raises one of these; `core.http` turns it into a page and `core.api` into JSON, with the
same status. The message is read by people, so it says what to do next.
"""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable `code` for machines and a Chinese `message` for people.

    `fields` maps a field's name to what is wrong with it.
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}

    def as_dict(self) -> dict[str, object]:
        """The body of an API error, as CONTRACT fixes it."""
        return {"code": self.code, "message": self.message, "fields": self.fields}


class InputInvalid(DomainError):
    """What was typed cannot be taken as it is (400)."""


class Forbidden(DomainError):
    """The thing is within the caller's scope, but not the right to do this with it (403)."""

    status = 403

    def __init__(
        self,
        code: str = "forbidden",
        message: str = "您的账号没有做这件事的权限。需要的话，请联系本单位的系统管理员开通。",
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, message, fields)


class NotVisible(DomainError):
    """Absent or out of scope (404). Both read the same, so that nothing can be probed."""

    status = 404

    def __init__(
        self,
        code: str = "not_found",
        message: str = "没有找到您要的内容。请核对网址或编号，也可以从首页重新查找。",
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, message, fields)


class StateMoved(DomainError):
    """Somebody else was faster: the thing is no longer in the state the caller saw (409)."""

    status = 409


class TooLarge(DomainError):
    """More bytes or pixels than are taken (413)."""

    status = 413


class WrongMedia(DomainError):
    """A file of a kind that is not taken, or a broken one (415)."""

    status = 415


class TooMany(DomainError):
    """Asked too often (429); `retry_after` is the number of seconds to wait."""

    status = 429

    def __init__(
        self,
        code: str,
        message: str,
        fields: dict[str, str] | None = None,
        *,
        retry_after: int = 60,
    ) -> None:
        super().__init__(code, message, fields)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something we need is away for the moment (503); nothing was kept, trying again is right."""

    status = 503

    def __init__(
        self,
        code: str = "unavailable",
        message: str = "系统暂时没有接通，您的操作还没有保存。请过十秒再试一次。",
        fields: dict[str, str] | None = None,
        *,
        retry_after: int = 10,
    ) -> None:
        super().__init__(code, message, fields)
        self.retry_after = retry_after
