// Runs before the first paint, so that a chosen theme never flashes in the other one. A file of its own because the page allows no inline scripts.
(function () {
  var choice = null;
  try { choice = localStorage.getItem('mantel.theme'); } catch { /* storage may be refused */ }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('wa-dark', dark);
})();
