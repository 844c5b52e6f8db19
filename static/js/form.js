/* Long texts: kept as a draft on this device, grow while writing, counted.
   A draft is never kept for names, phones or codes: only text areas that ask for it by name. */
(function (d, w) {
  'use strict';
  var WEEK = 7 * 24 * 3600 * 1000, store;
  try { store = w.localStorage; store.setItem('t', '1'); store.removeItem('t'); } catch (e) { store = null; }
  function each(selector, act) { Array.prototype.forEach.call(d.querySelectorAll(selector), act); }
  function place(area) { return 'draft:' + area.getAttribute('data-draft') + ':' + w.location.pathname; }
  function say(words) { each('[data-draft-say]', function (spot) { spot.textContent = words; }); }

  function forget(name) {
    var index, key, age;
    for (index = store.length - 1; index >= 0; index -= 1) {
      key = store.key(index);
      if (key.indexOf('draft:') !== 0) { continue; }
      try { age = Date.now() - JSON.parse(store.getItem(key)).at; } catch (e) { age = WEEK + 1; }
      if (age > WEEK || (name && key.indexOf('draft:' + name + ':') === 0)) { store.removeItem(key); }
    }
  }

  function keep(area) {
    try {
      if (area.value.trim()) {
        store.setItem(place(area), JSON.stringify({at: Date.now(), text: area.value}));
        say('草稿已存在这台手机上');
      } else {
        store.removeItem(place(area));
      }
    } catch (e) { say(''); }
  }

  function draft(area) {
    var timer, kept;
    try { kept = JSON.parse(store.getItem(place(area))); } catch (e) { kept = null; }
    if (kept && kept.text && !area.value) {
      area.value = kept.text;
      say('接着上次写的');
    }
    area.addEventListener('input', function () {
      w.clearTimeout(timer);
      timer = w.setTimeout(function () { keep(area); }, 400);
    });
    area.addEventListener('blur', function () { keep(area); });
  }

  if (store) {
    forget('');
    each('[data-draft-done]', function (mark) { forget(mark.getAttribute('data-draft-done')); });
    each('textarea[data-draft]', draft);
  }

  function grow(area) {
    var edge = area.offsetHeight - area.clientHeight;
    while (area.scrollHeight > area.clientHeight + edge && area.rows < 24) { area.rows += 1; }
  }
  each('textarea[data-grow]', function (area) {
    area.addEventListener('input', function () { grow(area); });
    grow(area);
  });

  each('[data-count]', function (area) {
    var spot = d.getElementById(area.getAttribute('data-count')), most;
    if (!spot) { return; }
    most = spot.textContent.split('/')[1];
    function count() {
      /* a person counts 😀 and 𠮷 as one */
      var long = area.value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '字').length;
      spot.textContent = long + ' /' + most;
    }
    area.addEventListener('input', count);
    count();
  });
}(document, window));
