/* A name field that offers people while one types: the browser's own list, filled from our register. */
(function (d) {
  'use strict';
  function listOf(field) {
    var list = d.createElement('datalist');
    list.id = field.id + '-names';
    field.parentNode.insertBefore(list, field.nextSibling);
    field.setAttribute('list', list.id);
    return list;
  }
  function fill(list, rows) {
    list.textContent = '';
    rows.forEach(function (row) {
      var option = d.createElement('option');
      option.value = row.value;
      option.label = row.value + ' ' + row.words;
      list.appendChild(option);
    });
  }
  function suggest(field) {
    var list = listOf(field), timer = null, asked = '';
    function ask() {
      var words = field.value.trim(), request;
      if (!words || words === asked || words.slice(-1) === '）') { return; }
      asked = words;
      request = new XMLHttpRequest();
      request.open('GET', field.getAttribute('data-suggest') + '?term=' + encodeURIComponent(words));
      request.onload = function () {
        if (request.status === 200 && words === asked) { fill(list, JSON.parse(request.responseText).results); }
      };
      request.send();
    }
    field.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(ask, 200); });
  }
  function start() { Array.prototype.forEach.call(d.querySelectorAll('[data-suggest]'), suggest); }
  if (d.readyState === 'loading') { d.addEventListener('DOMContentLoaded', start); } else { start(); }
}(document));
