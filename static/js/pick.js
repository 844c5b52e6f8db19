/* A long list of boxes to tick: a field to find one by its name, and a line that says which. */
(function (d) {
  'use strict';
  function each(root, selector, act) {
    Array.prototype.forEach.call(root.querySelectorAll(selector), act);
  }
  each(d, '[data-pick]', function (part) {
    var words = part.querySelector('[data-pick-words]'), line = part.querySelector('[data-pick-say]');
    if (!words || !line) { return; }
    function ticked(item) { return item.querySelector('input').checked; }
    function show() {
      var wanted = words.value.trim(), found = 0, names = [];
      each(part, 'li', function (item) {
        var name = item.getAttribute('data-words'), fits = name.indexOf(wanted) >= 0;
        if (ticked(item)) { names.push(name); }
        item.hidden = !(fits || ticked(item));
        if (fits) { found += 1; }
      });
      line.textContent = !found ? '没有叫「' + wanted + '」的单位' :
        names.length ? '选了' + names.join('、') : '';
    }
    words.hidden = false;
    words.addEventListener('input', show);
    words.addEventListener('keydown', function (event) {
      if (event.keyCode === 13) { event.preventDefault(); }
    });
    part.addEventListener('change', show);
    show();
  });
}(document));
