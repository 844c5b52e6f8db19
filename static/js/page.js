/* Small helpers of a page: print, share, show it anew, a question before pressing, phrases for a text. */
(function (d, w) {
  'use strict';
  function each(selector, act) { Array.prototype.forEach.call(d.querySelectorAll(selector), act); }
  function show(button) { button.hidden = false; }

  each('[data-print]', function (button) {
    show(button);
    button.addEventListener('click', function () { w.print(); });
  });

  each('[data-again]', function (part) {
    w.setTimeout(function () { w.location.reload(); }, 1000 * part.getAttribute('data-again'));
  });

  each('[data-share]', function (button) {
    var title = button.getAttribute('data-share') || d.title,
      address = button.getAttribute('data-share-url') || w.location.href,
      before = button.innerHTML;
    function say(words) {
      button.textContent = words;
      w.setTimeout(function () { button.innerHTML = before; }, 4000);
    }
    show(button);
    button.addEventListener('click', function () {
      if (w.navigator.share) {
        w.navigator.share({title: title, url: address}).then(null, function () { return null; });
      } else if (/MicroMessenger/i.test(w.navigator.userAgent)) {
        say('点右上角「…」转发');
      } else if (w.navigator.clipboard && w.isSecureContext) {
        w.navigator.clipboard.writeText(address).then(function () { say('网址已复制'); });
      } else {
        w.prompt('复制这个网址', address);
      }
    });
  });

  d.addEventListener('submit', function (event) {
    var asked = event.target.getAttribute('data-sure');
    if (asked && !w.confirm(asked)) { event.preventDefault(); event.stopPropagation(); }
  }, true);

  each('[data-phrase]', function (button) {
    var area = d.getElementById(button.getAttribute('data-phrase'));
    if (!area) { return; }
    show(button);
    button.addEventListener('click', function () {
      var at = area.selectionEnd || area.value.length, words = button.textContent.trim(), event;
      area.value = area.value.slice(0, at) + words + area.value.slice(at);
      area.focus();
      area.setSelectionRange(at + words.length, at + words.length);
      event = d.createEvent('Event');
      event.initEvent('input', true, true);
      area.dispatchEvent(event);
    });
  });
}(document, window));
