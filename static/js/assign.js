/* 交办: the bottom bar repeats the whole act in a sentence before the red button. */
(function (d) {
  'use strict';
  var form = d.querySelector('[data-assign]');
  if (!form) { return; }
  function all(selector) { return Array.prototype.slice.call(form.querySelectorAll(selector)); }
  function names(name) {
    return all('input[name="' + name + '"]:checked').map(function (box) {
      return box.closest('li').getAttribute('data-words');
    });
  }
  var boxes = all('input[name="proposal"]'), every = form.querySelector('[data-all]'),
    sentence = form.querySelector('[data-sentence]'), count = form.querySelector('[data-count]'),
    submit = form.querySelector('[data-submit]'), reset = form.querySelector('[data-reset]');
  function show() {
    var chosen = boxes.filter(function (box) { return box.checked; }).length,
      lead = names('units'), co = names('co_units');
    boxes.forEach(function (box) { box.closest('tr').className = box.checked ? 'sel' : ''; });
    every.checked = chosen === boxes.length && chosen > 0;
    count.textContent = chosen ? '选中' + chosen + '件' : '';
    submit.textContent = chosen ? '交办这' + chosen + '件' : '交办勾选的';
    if (!chosen || !lead.length) {
      sentence.textContent = chosen ? '选中' + chosen + '件，还要选主办单位。' : '勾选建议和单位，一次交办。';
      return;
    }
    sentence.textContent = '选中' + chosen + '件：' + lead.join('、') +
      (lead.length > 1 ? '分办' : co.length ? '主办，' + co.join('、') + '会办' : '独办');
  }
  every.hidden = reset.hidden = false;
  every.addEventListener('change', function () {
    boxes.forEach(function (box) { box.checked = every.checked; });
    show();
  });
  form.addEventListener('change', show);
  form.addEventListener('reset', function () { setTimeout(show, 0); });
  show();
}(document));
