/* A page that is the same for everybody holds no key of its own: the browser draws one, so that a
   second tap or a lost connection stays one submission. Without it the server asks on a next page. */
(function (d, w) {
  'use strict';
  var LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789';
  function drawn() {
    var bytes = [], words = '', index, random = w.crypto || w.msCrypto;
    if (random && random.getRandomValues) { bytes = random.getRandomValues(new Uint8Array(22)); }
    for (index = 0; index < 22; index += 1) {
      words += LETTERS.charAt((bytes.length ? bytes[index] : Math.floor(Math.random() * 256)) % LETTERS.length);
    }
    return words;
  }
  Array.prototype.forEach.call(d.querySelectorAll('input[data-key]'), function (field) {
    if (!field.value) { field.value = drawn(); }
  });
}(document, window));
