import { describe, expect, it } from "vitest";
import english from "../locales/en.json";
import spanish from "../locales/es.json";
import { lockedText } from "./locked";

describe.each([
  ["English", english.send, /nothing is lost/i],
  ["Spanish", spanish.send, /no se pierde nada/i],
])("what is safe when the money is locked, in %s", (_, texts, nothingLost) => {
  const said = (code: string) => texts[lockedText(code) === "send.locked" ? "locked" : "lockedWordless"];

  it("is everything, as long as the words are there", () => {
    expect(said("gateway-silent")).toMatch(nothingLost);
  });

  it("is the money, when the words are lost", () => {
    expect(said("papers-lost")).not.toMatch(nothingLost);
    expect(said("papers-lost").length).toBeGreaterThan(10);
  });
});
