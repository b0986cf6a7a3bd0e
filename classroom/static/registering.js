// Goes back to the administration when the tool in our frame says that it is done.
"use strict";

(() => {
  const frame = document.querySelector("iframe.tool");

  window.addEventListener("message", (event) => {
    const ours = event.source === frame.contentWindow && event.origin === frame.dataset.tool;
    if (ours && event.data?.subject === "org.imsglobal.lti.close") {
      window.location.assign("/administration");
    }
  });
})();
