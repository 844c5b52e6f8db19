"""Forms whose fields are shared keep nothing from one person to the next."""

from django import forms

from core.forms import TextInput, shared_fields


@shared_fields
class Note(forms.Form):
    kind = forms.ChoiceField(choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    text = TextInput(label="什么事", max_length=5)


class Longer(Note):
    more = TextInput(label="还有", max_length=5)


def test_fields_are_not_copied_and_answers_not_mixed():
    first, second = Note({"kind": "a", "text": "一二三四五六"}), Note({"kind": "b", "text": "好"})
    assert first.fields["text"] is second.fields["text"]
    assert (first.is_valid(), second.is_valid()) == (False, True)
    assert second.cleaned_data == {"kind": "b", "text": "好"}
    assert list(first.errors) == ["text"]
    assert "checked" in str(second["kind"])
    assert "checked" not in str(Note()["kind"])


def test_a_form_made_from_it_has_its_own():
    one, two = Longer(), Longer()
    one.fields["text"].required = False
    assert (two.fields["text"].required, Note().fields["text"].required) == (True, True)
    assert list(two.fields) == ["kind", "text", "more"]
