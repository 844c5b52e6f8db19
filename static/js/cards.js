/* Admin lists on a phone: each cell learns the name of its column, so a row can be a card.
   Without this file the table scrolls sideways in its own box. */
(function (d) {
  'use strict';
  Array.prototype.forEach.call(d.querySelectorAll('#result_list,table.cards'), function (table) {
    var names = Array.prototype.map.call(table.querySelectorAll('thead th'), function (head) {
      var text = head.querySelector('.text') || head;
      return text.textContent.replace(/\s+/g, ' ').trim();
    });
    Array.prototype.forEach.call(table.querySelectorAll('tbody tr'), function (row) {
      Array.prototype.forEach.call(row.children, function (cell, index) {
        if (names[index] && cell.tagName === 'TD') { cell.setAttribute('data-label', names[index]); }
      });
    });
    table.classList.add('as-cards');
  });
}(document));
