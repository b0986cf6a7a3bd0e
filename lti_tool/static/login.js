// In a platform's frame: goes on to the platform if the browser keeps our cookie here,
// else offers a new window. The platform's hints serve once, and are not yet used.
"use strict";

(() => {
  const login = document.getElementById("login");
  const kept = document.cookie.split("; ").includes(login.dataset.check);
  if (kept) {
    window.location.replace(login.dataset.continue);
    return;
  }
  login.querySelector(".waiting").hidden = true;
  login.querySelector(".otherwise").hidden = false;
})();
