/* The receipt code: copied, or kept as a picture. The buttons appear only where they work. */
(function (d, w) {
  'use strict';
  function spotOf(button, name) { return d.getElementById(button.getAttribute(name)); }
  function tell(button, words) {
    var label = button.querySelector('span'), before = label.textContent;
    label.textContent = words;
    button.setAttribute('aria-live', 'polite');
    w.setTimeout(function () { label.textContent = before; }, 4000);
  }

  function copyOld(text) {
    var area = d.createElement('textarea'), done = false;
    area.value = text;
    area.className = 'vh';
    d.body.appendChild(area);
    area.select();
    area.setSelectionRange(0, text.length);
    try { done = d.execCommand('copy'); } catch (e) { done = false; }
    d.body.removeChild(area);
    return done;
  }
  function copy(button) {
    var text = spotOf(button, 'data-copy').textContent.trim();
    function old() { tell(button, copyOld(text) ? '已复制' : '请长按上面的码复制'); }
    if (w.navigator.clipboard && w.isSecureContext) {
      w.navigator.clipboard.writeText(text).then(function () { tell(button, '已复制'); }, old);
    } else { old(); }
  }

  function paint(code, title, lines) {
    var canvas = d.createElement('canvas'), pen = canvas.getContext('2d'), line = 330;
    canvas.width = 750;
    canvas.height = 400 + 48 * lines.length;
    pen.fillStyle = '#FAF8F4';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = '#C9B27C';
    pen.fillRect(48, 112, 654, 4);
    pen.fillRect(48, 120, 654, 2);
    pen.fillStyle = '#23211E';
    pen.font = 'bold 40px serif';
    pen.fillText(title, 48, 84, 654);
    pen.font = '30px sans-serif';
    pen.fillText('回执码 · 凭它查进度', 48, 180, 654);
    pen.font = 'bold 72px monospace';
    pen.fillText(code, 48, 270, 654);
    pen.font = '30px sans-serif';
    pen.fillStyle = '#57534C';
    lines.concat('查询：' + w.location.host + '/receipt/').forEach(function (words) {
      pen.fillText(words, 48, line, 654);
      line += 48;
    });
    return canvas;
  }
  function picture(button) {
    var code = spotOf(button, 'data-picture').textContent.trim(),
      lines = (button.getAttribute('data-picture-lines') || '').split('|').filter(Boolean),
      card = button.closest('.card'), old = card.querySelector('.kept');
    paint(code, button.getAttribute('data-picture-title') || d.title, lines).toBlob(function (blob) {
      var figure = d.createElement('figure'), image = d.createElement('img'),
        link = d.createElement('a'), address = w.URL.createObjectURL(blob);
      if (old) { card.removeChild(old); }
      figure.className = 'kept stack g8';
      image.src = address;
      image.alt = '回执 ' + code;
      link.href = address;
      link.download = '回执-' + code + '.png';
      link.className = 'link';
      /* WeChat saves a picture by a long press and ignores downloads */
      link.textContent = '长按图片存到相册，或点这里下载';
      figure.appendChild(image);
      figure.appendChild(link);
      card.appendChild(figure);
      link.focus();
    });
  }

  function offer(name, can, act) {
    Array.prototype.forEach.call(d.querySelectorAll('[' + name + ']'), function (button) {
      button.hidden = !can;
      button.addEventListener('click', function () { act(button); });
    });
  }
  offer('data-copy', true, copy);
  offer('data-picture', !!(w.HTMLCanvasElement && w.HTMLCanvasElement.prototype.toBlob), picture);
}(document, window));
