/* 读给我听: reads a part of the page aloud, sentence by sentence; pressed again, it stops.
   The button stays hidden where the phone has no voice. */
(function (d, w) {
  'use strict';
  var voice = w.speechSynthesis, speaking = false;
  if (!voice || !w.SpeechSynthesisUtterance) { return; }

  function words(part) {
    var copy = part.cloneNode(true);
    Array.prototype.forEach.call(
      copy.querySelectorAll('svg,script,form,[hidden],[aria-hidden=true],[data-speak],.dock'),
      function (node) { node.parentNode.removeChild(node); }
    );
    Array.prototype.forEach.call(copy.querySelectorAll('p,li,h1,h2,h3,a,br'), function (node) {
      node.appendChild(d.createTextNode('。'));
    });
    /* some engines fall silent after fifteen seconds: one sentence at a time */
    return copy.textContent.replace(/\s+/g, ' ').split(/[。！？；]+/).map(function (sentence) {
      return sentence.trim();
    }).filter(Boolean);
  }

  function label(button, text) {
    var spot = button.querySelector('span');
    if (spot) { spot.textContent = text; }
    button.setAttribute('aria-pressed', speaking ? 'true' : 'false');
  }

  function speak(button) {
    var part = d.getElementById(button.getAttribute('data-speak')) || d.body, left;
    if (speaking) { speaking = false; voice.cancel(); label(button, '读给我听'); return; }
    left = words(part);
    speaking = true;
    label(button, '停下');
    (function next() {
      var sentence;
      if (!speaking || !left.length) { speaking = false; label(button, '读给我听'); return; }
      sentence = new w.SpeechSynthesisUtterance(left.shift());
      sentence.lang = 'zh-CN';
      sentence.rate = 0.9;
      sentence.onend = next;
      sentence.onerror = function () { speaking = false; label(button, '读给我听'); };
      voice.speak(sentence);
    }());
  }

  Array.prototype.forEach.call(d.querySelectorAll('[data-speak]'), function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { speak(button); });
  });
  w.addEventListener('pagehide', function () { voice.cancel(); });
}(document, window));
