"""Form fields every form of the house uses: cleaned text and cleaned photographs."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from core.errors import DomainError
from core.images import CleanImage, read_image
from core.text import clean_text

PHOTOS_AT_MOST = 9
F = TypeVar("F", bound=forms.Form)


class _Shared(dict[str, forms.Field]):
    """A form's fields that `Form.__init__` takes as they are instead of copying each."""

    def __deepcopy__(self, memo: Any) -> "_Shared":
        return self


def shared_fields(form_class: type[F]) -> type[F]:
    """Decorator: all forms of this class use the same fields.

    For a form that thousands send and whose fields nobody changes after the class is made: copying
    eight fields takes longer than checking them.
    """
    form_class.base_fields = _Shared(form_class.base_fields)
    return form_class


class TextInput(forms.CharField):
    """Text that went through `core.text.clean_text`; `long` gives a text area."""

    def __init__(self, *, max_length: int, long: bool = False, **kwargs: Any) -> None:
        self.long, self.limit = long, max_length
        if long:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 5, "maxlength": max_length}))
        super().__init__(strip=True, **kwargs)

    def to_python(self, value: Any) -> str:
        text = "" if value is None else str(value)
        try:
            return clean_text(text, max_length=self.limit, field="text", multiline=self.long)
        except DomainError as error:
            raise ValidationError(error.fields.get("text") or error.message) from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "maxlength": str(self.limit)}


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosInput(forms.FileField):
    """Nought to nine photographs, re-encoded; the cleaned value is a list of CleanImage."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        widget = _ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp"})
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > PHOTOS_AT_MOST:
            raise ValidationError(f"最多{PHOTOS_AT_MOST}张照片，您选了{len(files)}张，请去掉几张。")
        return [self._read(file) for file in files]

    def _read(self, file: Any) -> CleanImage:
        try:
            return read_image(file)
        except DomainError as error:
            raise ValidationError(error.message, code=str(error.status)) from error
