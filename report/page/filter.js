(function () {
  var box = document.getElementById("filter"), count = document.getElementById("count");
  var cards = Array.prototype.slice.call(document.querySelectorAll("[data-words]"));
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  function apply() {
    var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    cards.forEach(function (card) {
      card.hidden = !wanted.every(function (word) { return card.dataset.words.indexOf(word) >= 0; });
      if (!card.hidden) { shown++; }
    });
    rows.forEach(function (row) {
      row.hidden = !wanted.every(function (word) { return row.dataset.row.indexOf(word) >= 0; });
    });
    count.textContent = shown + " of " + cards.length + " shown";
  }
  document.getElementById("filter-form").hidden = false;
  box.addEventListener("input", apply);
  apply();
})();
