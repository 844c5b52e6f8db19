"""The quick reader of plain forms gives what Django's gives, and leaves it everything else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from core.uploads import plain_fields

DJANGOS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FIELD = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}'
NO_FILE = (
    'Content-Disposition: form-data; name="files"; filename=""\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
)


def body(*parts, end="--\r\n"):
    return ("".join(f"--x\r\n{part}\r\n" for part in parts) + "--x" + end).encode()


def read(raw):
    request = RequestFactory().generic("POST", "/", raw, "multipart/form-data; boundary=x")
    files = {name: [f.read() for f in many] for name, many in request.FILES.lists()}
    return dict(request.POST.lists()), files


def both(raw, settings):
    ours = read(raw)
    settings.FILE_UPLOAD_HANDLERS = DJANGOS
    return ours, read(raw)


@pytest.mark.parametrize("raw", [
    body(FIELD.format("text", "路灯坏了\r\n三天"), FIELD.format("kind", "problem"), NO_FILE),
    body(FIELD.format("a", "1"), FIELD.format("a", "2"), FIELD.format("b", "")),
    body(FIELD.format("a", "--x not at a line's start"), FIELD.format("b", "\r\n\r\n")),
    body(FIELD.format("a", "1"), end="--"),
    body(FIELD.format("a", "before\n--x after")),
    body(FIELD.format("a", "cut off"))[:-9],
    body(FIELD.format("名字", "1"), FIELD.format(" b ", "2")),
    body('Content-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfile'),
    body('Content-Disposition: form-data; name="f"; filename=""\r\nContent-Type: '
         "application/octet-stream\r\n\r\nwords without a name"),
    body(FIELD.format("a", "1") + "\r\n--x--\r\nbehind the end"),
    b"no form at all", b"", b"--x--", b"--x--\r\n",
    body(FIELD.format("a", "x")).replace(b"x\r\n--x--", b"\xff\xfe\r\n--x--"),
])  # fmt: skip
def test_the_same_as_django(raw, settings):
    ours, djangos = both(raw, settings)
    assert ours == djangos


def test_plain_form_is_read_at_once_and_a_file_is_not():
    plain = body(FIELD.format("a", "1"), NO_FILE)
    assert plain_fields(plain, b"x") == [(b"a", b"1"), (b"files", b"")]
    assert plain_fields(body('Content-Disposition: form-data; name="f"; filename="a"\r\n\r\n1'),
                        b"x") is None  # fmt: skip
    assert plain_fields(body(*[FIELD.format("a", "1")] * 101), b"x") is None


def test_a_file_still_arrives():
    data = {"a": "1", "f": SimpleUploadedFile("a.txt", b"file")}
    request = RequestFactory().post("/", data)
    assert request.POST.dict() == {"a": "1"}
    assert request.FILES["f"].read() == b"file"
