/* One-key work for reviewers. An element with data-key="a" is pressed by the key a;
   nothing happens while somebody is writing. ? shows the keys. */
(function (d) {
  'use strict';
  var marked = d.querySelectorAll('[data-key]'), help;
  if (!marked.length) { return; }

  function writing(node) {
    return node && (/^(input|textarea|select)$/i.test(node.tagName) || node.isContentEditable);
  }
  function name(node) {
    return node.getAttribute('data-key-name') || node.textContent.replace(/\s+/g, ' ').trim();
  }
  function toggle() {
    if (help) { help.parentNode.removeChild(help); help = null; return; }
    help = d.createElement('div');
    help.className = 'card keys';
    help.setAttribute('role', 'status');
    Array.prototype.forEach.call(marked, function (node) {
      var line = d.createElement('p'), key = d.createElement('kbd');
      key.textContent = node.getAttribute('data-key').toUpperCase();
      line.appendChild(key);
      line.appendChild(d.createTextNode(' ' + name(node)));
      help.appendChild(line);
    });
    d.body.appendChild(help);
  }

  Array.prototype.forEach.call(marked, function (node) {
    node.setAttribute('aria-keyshortcuts', node.getAttribute('data-key'));
  });
  d.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (event.key === 'Escape' && writing(event.target)) { event.target.blur(); return; }
    if (writing(event.target)) { return; }
    if (event.key === '?') { toggle(); return; }
    Array.prototype.forEach.call(marked, function (node) {
      if (node.getAttribute('data-key') !== event.key || node.disabled) { return; }
      event.preventDefault();
      if (/^(input|textarea|select)$/i.test(node.tagName)) { node.focus(); } else { node.click(); }
    });
  });
}(document));
