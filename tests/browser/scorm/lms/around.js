/** Shows what the fragment names. Where this page is of another origin, nobody sees through it. */
document.querySelector("iframe").src = decodeURIComponent(location.hash.slice(1));
