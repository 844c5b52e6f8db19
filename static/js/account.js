/* Show the password while typing: a button inside every password field of [data-reveal]. */
(function (d) {
  'use strict';
  Array.prototype.forEach.call(d.querySelectorAll('[data-reveal] input'), function (input) {
    var button = d.createElement('button'), wrap = d.createElement('div');
    function say(shown) {
      input.type = shown ? 'text' : 'password';
      button.textContent = shown ? '隐藏' : '显示';
      button.setAttribute('aria-label', shown ? '隐藏密码' : '显示密码');
    }
    wrap.className = 'inwrap';
    button.type = 'button';
    button.className = 'reveal';
    button.setAttribute('aria-controls', input.id);
    button.addEventListener('click', function () { say(input.type === 'password'); input.focus(); });
    input.parentNode.insertBefore(wrap, input);
    wrap.appendChild(input);
    wrap.appendChild(button);
    say(false);
    if (input.form) { input.form.addEventListener('submit', function () { say(false); }); }
  });
}(document));
