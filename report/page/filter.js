(function () {
  var box = document.getElementById("filter"), count = document.getElementById("count");
  var cards = Array.prototype.slice.call(document.querySelectorAll("[data-words]"));
  function apply() {
    var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    cards.forEach(function (card) {
      card.hidden = !wanted.every(function (word) { return card.dataset.words.indexOf(word) >= 0; });
      if (!card.hidden) { shown++; }
    });
    count.textContent = shown + " of " + cards.length + " shown";
  }
  document.getElementById("filter-form").hidden = false;
  box.addEventListener("input", apply);
  apply();
})();
