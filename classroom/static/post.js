// Sends the page's only form as soon as it is there.
document.getElementById("message").submit();
