/* Deciding on hundreds without the mouse. Lines are [data-line]; j and k go down and up, x ticks,
   a approves, e opens for editing, r rejects (the reason is asked for once). The page works
   without this file: every line has its box and its buttons. */
(function (d) {
  'use strict';
  var lines = Array.prototype.slice.call(d.querySelectorAll('[data-line]')), at = -1,
    reason = d.querySelector('[data-reason]'), all = d.querySelector('[data-tick-all]'),
    say = d.querySelector('[data-ticked]');
  if (!lines.length) { return; }

  function box(line) { return line.querySelector('input[type=checkbox]'); }
  function count() {
    var n = lines.filter(function (line) { return box(line) && box(line).checked; }).length;
    lines.forEach(function (line) {
      line.classList.toggle('sel', Boolean(box(line) && box(line).checked));
    });
    if (say) { say.textContent = n ? '已勾选' + n + '条' : '还没有勾选'; }
  }
  function go(step) {
    at = Math.max(0, Math.min(lines.length - 1, at + step));
    lines[at].focus();
    lines[at].scrollIntoView({block: 'nearest'});
  }
  function here() {
    var line = d.activeElement && d.activeElement.closest ? d.activeElement.closest('[data-line]') : null;
    if (line) { at = lines.indexOf(line); }
    return lines[at];
  }
  function press(what) {
    var line = here(), button = line && line.querySelector('[data-do=' + what + ']');
    if (!button) { return; }
    if (what === 'reject' && reason && !reason.value.trim()) {
      reason.setAttribute('data-for', String(at));
      reason.focus();
      return;
    }
    button.click();
  }
  function writing(node) {
    return /^(textarea|select)$/i.test(node.tagName) ||
      (/^input$/i.test(node.tagName) && !/^(checkbox|radio)$/.test(node.type));
  }

  if (all) {
    all.hidden = false;
    all.addEventListener('click', function () {
      var on = lines.some(function (line) { return box(line) && !box(line).checked; });
      lines.forEach(function (line) { if (box(line)) { box(line).checked = on; } });
      count();
    });
  }
  d.addEventListener('change', count);
  d.addEventListener('focusin', here);
  d.addEventListener('keydown', function (event) {
    var line;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (writing(event.target)) {
      if (event.key === 'Escape') { event.target.blur(); if (lines[at]) { lines[at].focus(); } }
      if (event.key === 'Enter' && event.target === reason) { event.preventDefault(); press('reject'); }
      return;
    }
    if (event.key === 'j') { go(1); } else if (event.key === 'k') { go(-1); }
    else if (event.key === 'x') {
      line = here();
      if (line && box(line)) { box(line).checked = !box(line).checked; count(); }
    } else if (event.key === 'a') { press('approve'); } else if (event.key === 'e') { press('edit'); }
    else if (event.key === 'r') { press('reject'); } else { return; }
    event.preventDefault();
  });
  count();
}(document));
