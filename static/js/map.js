/* A map of stations where the site has tiles. The list beside it says the same without a script. */
(function (d, w) {
  'use strict';
  var box = d.getElementById('map'), L = w.L, points, map, marks;
  if (!box || !L) { return; }
  points = JSON.parse(box.getAttribute('data-points'));
  if (!points.length) { return; }
  box.hidden = false;
  map = L.map(box, {scrollWheelZoom: false, attributionControl: false, zoomAnimation: false});
  L.Icon.Default.prototype.options.imagePath = box.getAttribute('data-images');
  L.tileLayer(box.getAttribute('data-tiles'), {maxZoom: 18, subdomains: '01234567'}).addTo(map);
  marks = points.map(function (point) {
    var mark = L.marker([point.latitude, point.longitude], {title: point.name, alt: point.name}),
      link = d.createElement('a');
    link.href = point.url;
    link.textContent = point.name;
    return mark.bindPopup(link).addTo(map);
  });
  map.fitBounds(L.featureGroup(marks).getBounds().pad(0.2), {maxZoom: 15});
}(document, window));
