import { describe, expect, it } from "vitest";
import { countText, readability } from "./readability";

describe("syllables", () => {
  it.each([
    ["cat", 1],
    ["make", 1],
    ["makes", 1],
    ["asked", 1],
    ["wanted", 2],
    ["table", 2],
    ["data", 2],
    ["hospital", 3],
    ["de-identification", 7],
    ["rhythm", 1],
  ])("of %s are %i in English", (word, syllables) => {
    expect(countText(word, "en").syllables).toBe(syllables);
  });

  it.each([
    ["datos", 2],
    ["investigación", 5],
    ["país", 2],
    ["salud", 2],
    ["cuidado", 3],
    ["quiere", 2],
    ["guerra", 2],
    ["muy", 1],
    ["aéreo", 4],
  ])("of %s are %i in Spanish", (word, syllables) => {
    expect(countText(word, "es").syllables).toBe(syllables);
  });
});

describe("reading age", () => {
  const easy =
    "We want to learn why some people get ill. We look at the genes. You can say no. Nothing bad comes of it.";
  const hard =
    "Participation necessitates authorisation of pseudonymised genomic information for retrospective epidemiological " +
    "investigation, notwithstanding subsequent withdrawal of institutional accreditation.";
  const facil =
    "Queremos saber por qué unas personas enferman. Miramos los genes. Puede decir que no. No pasa nada malo.";

  it("of an easy text is a child's, of a hard one an adult's", () => {
    expect(readability(easy, "en")?.age).toBeLessThanOrEqual(9);
    expect(readability(hard, "en")?.age).toBeGreaterThan(18);
    expect(readability(facil, "es")?.age).toBeLessThanOrEqual(11);
  });

  it("of too few words means nothing", () => {
    expect(readability("", "en")).toBeUndefined();
    expect(readability("Two words.", "en")).toBeUndefined();
  });

  it("counts the longest sentence, and a line as a sentence", () => {
    expect(countText("One two three.\nFour five\nSix, e.g. seven eight nine.", "en")).toMatchObject({ longest: 3 });
    expect(countText("Version 1.5 is one sentence", "en").sentences).toBe(1);
  });
});
