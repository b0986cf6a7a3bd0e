/** Packs a folder with simple-scorm-packager, and prints how many seconds that took. */
const packager = require("simple-scorm-packager");

const [source, outputFolder] = process.argv.slice(2);
const began = performance.now();
packager(
  {
    version: "1.2",
    organization: "Arrimage",
    title: "Quarante pages",
    language: "fr",
    startingPage: "index.html",
    source,
    package: { zip: true, name: "peer", date: "2026-01-01", outputFolder },
  },
  () => {
    console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
  },
);
