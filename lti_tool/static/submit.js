// Takes the page's only form to where it goes. Without scripts, its button does.
"use strict";

document.getElementById("return").submit();
