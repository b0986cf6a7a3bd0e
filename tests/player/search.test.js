import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SearchIndex, excerptOf, fold, termsOf } from "../../course_content/player/search.js";

const section = (path, heading, texts, titles = []) => ({
  path,
  titles,
  context: "L’unité",
  heading,
  place: heading ? 0 : null,
  passages: texts.map((text, i) => ({ text, place: i + 1 })),
});

const found = (sections, query) => new SearchIndex(sections).find(query).map(({ path }) => path);
const marked = (excerpt) => excerpt.filter(({ isHit }) => isHit).map(({ text }) => text);

describe("a query", () => {
  test("counts neither accents nor capitals nor ligatures", () => {
    assert.deepEqual(termsOf("Évaluer le CŒUR"), ["evaluer", "coeur"]);
  });

  test("is freed of what is cut off before a vowel", () => {
    assert.deepEqual(termsOf("l’engagement d'Arnstein qu’elles"), [
      "engagement",
      "arnstein",
      "elle",
    ]);
    assert.deepEqual(termsOf("aujourd’hui"), ["aujourd", "hui"]);
    assert.deepEqual(termsOf("ville d’«l’eau»"), ["ville", "eau"]);
  });

  test("finds the singular of what it says in the plural", () => {
    assert.deepEqual(termsOf("parties prenantes"), ["partie", "prenante"]);
    assert.deepEqual(termsOf("les CSRD"), ["csrd"]);
  });

  test("that says only idle words looks for them all the same", () => {
    assert.deepEqual(termsOf("qui ou"), ["qui", "ou"]);
    assert.deepEqual(termsOf(" ’ ? "), []);
  });
});

describe("a folded text", () => {
  test("knows where each of its letters stood", () => {
    const text = "Un œuf né";
    const { folded, from } = fold(text);
    assert.equal(folded, "un oeuf ne");
    assert.equal(text.slice(from[3], from[7]), "œuf");
    assert.equal(text.slice(from[8], from[10]), "né");
  });
});

describe("a search", () => {
  const sections = [
    section("a/one", "", ["Une carte des acteurs.", "La légitimité d’un acteur."], ["Débuter"]),
    section("a/two", "Légitimité", ["Rien ici."]),
    section("a/three", "", ["Autre chose."], ["Légitimité et urgence"]),
    section("a/four", "", ["Un mot."], ["Fin"]),
  ];

  test("puts titles before headings, and these before the text", () => {
    assert.deepEqual(found(sections, "legitimites"), ["a/three", "a/two", "a/one"]);
  });

  test("wants every word, in whatever order", () => {
    assert.deepEqual(found(sections, "légitimité carte"), ["a/one"]);
    assert.deepEqual(found(sections, "légitimité fin"), []);
  });

  test("lets the place say some of the words, never all of them", () => {
    assert.deepEqual(found(sections, "unité acteur"), ["a/one"]);
    assert.deepEqual(found(sections, "unité"), []);
  });

  test("takes the beginning of a word, and nothing from its middle", () => {
    assert.deepEqual(found(sections, "legit"), ["a/three", "a/two", "a/one"]);
    assert.deepEqual(found(sections, "gitimite"), []);
  });

  test("leads to the passage that has most of the words, or to the heading", () => {
    const index = new SearchIndex(sections);
    const [byText] = index.find("acteur légitimité");
    assert.deepEqual([byText.path, byText.place, byText.title], ["a/one", 2, "Débuter"]);
    const byHeading = index.find("légitimité").find(({ path }) => path === "a/two");
    assert.deepEqual([byHeading.place, byHeading.title], [0, "Légitimité"]);
  });

  test("for nothing finds nothing", () => {
    assert.deepEqual(found(sections, "  "), []);
  });
});

describe("an excerpt", () => {
  test("marks the words as they stand in the text", () => {
    const [{ excerpt }] = new SearchIndex([section("a/b", "", ["Le cœur de l’Évaluation."])]).find(
      "coeur evaluation",
    );
    assert.deepEqual(marked(excerpt), ["cœur", "Évaluation"]);
    assert.equal(excerpt.map(({ text }) => text).join(""), "Le cœur de l’Évaluation.");
  });

  test("of a long text is cut between words, around the first that was found", () => {
    const long = `${"avant ".repeat(60)}cible ${"après ".repeat(60)}`.trim();
    const words = [...long.matchAll(/\p{L}+/gu)].map(({ 0: word, index }) => ({
      word,
      start: index,
      end: index + word.length,
    }));
    const excerpt = excerptOf({ text: long, words }, ["cible"]);
    const text = excerpt.map((part) => part.text).join("");
    assert.deepEqual(marked(excerpt), ["cible"]);
    assert.match(text, /^… avant .*après …$/u);
    assert.ok(text.length < 200);
  });
});
