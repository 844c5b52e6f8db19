/* Shows published matters nearby that are like what is being typed. The words go by POST. */
(function () {
  "use strict";
  var box = document.querySelector("[data-similar]");
  var text = document.getElementById("id_text");
  if (!box || !text || !window.XMLHttpRequest) { return; }
  var timer = null, last = "";
  function ask() {
    var words = text.value.trim();
    if (words.length < 8 || words === last) { return; }
    last = words;
    var request = new XMLHttpRequest();
    request.open("POST", box.getAttribute("data-similar"));
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () { if (request.status === 200) { box.innerHTML = request.responseText; } };
    request.send("text=" + encodeURIComponent(words.slice(0, 500)));
  }
  text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 900); });
}());
