/* Photographs: shown before they are sent, and made smaller where the browser can.
   Without this file both inputs send the originals; the server shrinks them anyway. */
(function (d, w) {
  'use strict';
  var EDGE = 1600, SMALL = 400 * 1024;
  function canSet() { try { return !!new w.DataTransfer().items; } catch (e) { return false; } }
  /* an older engine would lose which side of the picture is up */
  var canShrink = w.CSS && w.CSS.supports && w.CSS.supports('image-orientation', 'from-image') &&
    w.HTMLCanvasElement && w.HTMLCanvasElement.prototype.toBlob && w.File;

  function shrink(file, done) {
    var picture = new w.Image(), address = w.URL.createObjectURL(file);
    picture.onerror = function () { w.URL.revokeObjectURL(address); done(file); };
    picture.onload = function () {
      var scale = Math.min(1, EDGE / Math.max(picture.naturalWidth, picture.naturalHeight)),
        canvas = d.createElement('canvas');
      w.URL.revokeObjectURL(address);
      canvas.width = Math.round(picture.naturalWidth * scale);
      canvas.height = Math.round(picture.naturalHeight * scale);
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) {
        var name = file.name.replace(/\.\w+$/, '') + '.jpg';
        done(blob && blob.size < file.size ? new w.File([blob], name, {type: 'image/jpeg'}) : file);
      }, 'image/jpeg', 0.85);
    };
    picture.src = address;
  }

  function start(box) {
    var inputs = box.querySelectorAll('input[type=file]'), shots = box.querySelector('.shots'),
      last = inputs[inputs.length - 1], spot = box.querySelector('[data-photos-say]'),
      most = +box.getAttribute('data-most') || 9, files = [], whole = canSet();
    function say(words) { if (spot) { spot.textContent = words; } }

    function put() {
      if (!whole) { return; }
      var load = new w.DataTransfer();
      files.forEach(function (file) { load.items.add(file); });
      Array.prototype.forEach.call(inputs, function (input) { if (input !== last) { input.value = ''; } });
      last.files = load.files;
    }

    function show() {
      Array.prototype.forEach.call(shots.querySelectorAll('.shot'), function (old) { shots.removeChild(old); });
      files.forEach(function (file, index) {
        var shot = d.createElement('div'), picture = d.createElement('img'), button;
        shot.className = 'shot';
        picture.alt = '第' + (index + 1) + '张照片';
        picture.src = w.URL.createObjectURL(file);
        picture.onload = function () { w.URL.revokeObjectURL(picture.src); };
        shot.appendChild(picture);
        if (whole) {
          button = d.createElement('button');
          button.type = 'button';
          button.setAttribute('aria-label', '去掉第' + (index + 1) + '张');
          button.textContent = '✕';
          button.onclick = function () { files.splice(index, 1); put(); show(); };
          shot.appendChild(button);
        }
        shots.insertBefore(shot, last.parentNode);
      });
      if (spot) { spot.textContent = files.length ? '选了' + files.length + '张' : ''; }
    }

    function take(input) {
      var taken = Array.prototype.slice.call(input.files);
      if (!whole) { files = []; }
      var room = most - files.length, extra = taken.length > room;
      taken.slice(0, room).forEach(function (file) {
        files.push(file);
        if (!whole || !canShrink || file.size < SMALL || !/^image\/(jpeg|png|webp)$/.test(file.type)) { return; }
        shrink(file, function (small) {
          var index = files.indexOf(file);
          if (index >= 0) { files[index] = small; put(); }
        });
      });
      put();
      show();
      if (extra) { say('最多' + most + '张，多的没有选上'); }
    }

    Array.prototype.forEach.call(inputs, function (input) {
      input.addEventListener('change', function () { take(input); });
    });
  }
  Array.prototype.forEach.call(d.querySelectorAll('[data-photos]'), start);
}(document, window));
