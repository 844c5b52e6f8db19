/* On every page. Submit once: the pressed button answers at once and cannot be pressed twice.
   A page works the same without this file; the server has the idempotency key. */
(function (d) {
  'use strict';
  d.documentElement.className += ' js';

  function busy(button) {
    var words = button.getAttribute('data-busy') || '正在提交…';
    button.setAttribute('data-words', button.innerHTML);
    button.setAttribute('aria-busy', 'true');
    button.textContent = words;
  }

  function idle(form) {
    form.removeAttribute('data-sent');
    Array.prototype.forEach.call(d.querySelectorAll('[data-words]'), function (button) {
      button.innerHTML = button.getAttribute('data-words');
      button.removeAttribute('data-words');
      button.removeAttribute('aria-busy');
    });
  }

  d.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (!form.hasAttribute('data-once') || event.defaultPrevented) { return; }
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    button = button || (form.contains(d.activeElement) ? d.activeElement : null);
    if (!button || button.type !== 'submit') { button = form.querySelector('[type=submit]'); }
    /* after the browser has read the pressed button's name and value */
    if (button) { setTimeout(function () { busy(button); }, 0); }
    /* a connection that never answers: let the person try again, the key keeps it one message */
    setTimeout(function () { idle(form); }, 30000);
  });

  /* back from the next page: the buttons are fresh again */
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) { Array.prototype.forEach.call(d.forms, idle); }
  });

  /* a link to a folded part opens it; errors get the focus */
  function unfold(id) {
    var part = id && d.getElementById(id);
    if (part && part.tagName === 'DETAILS') { part.open = true; }
    return part;
  }
  d.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('[data-open]'), part, field;
    if (!link) { return; }
    part = unfold(link.getAttribute('data-open'));
    if (!part) { return; }
    event.preventDefault();
    if (link.closest('details')) { link.closest('details').open = false; }
    part.scrollIntoView();
    field = part.querySelector('textarea,input:not([type=hidden]),select,button');
    if (field) { field.focus(); }
  });
  unfold(location.hash.slice(1));
  var errors = d.getElementById('form-errors');
  if (errors) { errors.focus(); }
}(document));
