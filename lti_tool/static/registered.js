// Tells the platform that opened us that its administrator is done here (LTI Dynamic
// Registration 1.0, 3.7). The platform closes us then, or does not: the page still speaks.
"use strict";

(() => {
  const platform = window.opener ?? (window.parent === window ? null : window.parent);
  // Nothing secret is said, and the window may be another site's than the issuer's.
  const close = () => platform?.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  const button = document.getElementById("close");
  button.hidden = platform === null;
  button.addEventListener("click", close);
  close();
})();
