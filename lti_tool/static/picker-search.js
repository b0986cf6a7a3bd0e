// Finds among the contents of the picker while one types, and says how many there are.
"use strict";

(() => {
  const SILENCE_MS = 400;
  const box = document.querySelector(".picker-search");
  if (!box) return;
  const field = box.querySelector("input");
  const found = box.querySelector("[role='status']");
  const options = [...document.querySelectorAll(".option")];
  const texts = new Map(options.map((option) => [option, plain(option.dataset.search)]));
  let saying = null;

  /** Without accents, case or ligatures: nobody types « Événement » with its capital accent. */
  function plain(text) {
    return text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/œ/g, "oe")
      .replace(/æ/g, "ae")
      .replace(/[’']/g, " ");
  }

  /** Show what holds every word, and where it belongs. */
  function search() {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const hits = options.filter((option) =>
      words.every((word) => texts.get(option).includes(word)),
    );
    const shown = new Set(hits);
    for (const hit of hits) {
      for (let above = hit.parentElement.closest(".option"); above; ) {
        shown.add(above);
        above = above.parentElement.closest(".option");
      }
    }
    for (const option of options) {
      option.hidden = !shown.has(option);
      option.classList.toggle("option-around", words.length > 0 && !hits.includes(option));
    }
    for (const shelf of document.querySelectorAll(".shelf")) {
      shelf.hidden = !shelf.querySelector(".option:not([hidden])");
    }
    // Said once the typing rests: a screen reader would else be cut off at each letter.
    clearTimeout(saying);
    saying = setTimeout(() => say(words.length > 0 ? hits.length : null), SILENCE_MS);
  }

  function say(count) {
    const { none, one, many } = box.dataset;
    if (count === null) found.textContent = "";
    else if (count === 0) found.textContent = none;
    else found.textContent = count === 1 ? one : many.replace("{count}", count);
  }

  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      const isFound = ({ hidden, classList }) => !hidden && !classList.contains("option-around");
      options.find(isFound)?.querySelector("input").focus();
    } else if (event.key === "Escape" && field.value) {
      event.preventDefault();
      field.value = "";
      search();
    }
  });
  box.hidden = false;
  if (field.value) search();
})();
