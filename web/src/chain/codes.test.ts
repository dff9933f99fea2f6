import { expect, it } from "vitest";
import vectors from "../../../test/vectors/errors.json";
import { kindOfCode, nameOfCode } from "./codes";

it.each(vectors)("$codespace $code is what it is in Go", ({ codespace, code, name, kind }) => {
  expect(kindOfCode(codespace, code)).toBe(kind.replace(" ", "-"));
  if (name !== "") expect(nameOfCode(codespace, code)).toBe(`${codespace}-${name}`);
});

it("has a name for what it does not know", () => {
  expect(nameOfCode("consent", 99)).toBe("chain-refused");
  expect(nameOfCode("elsewhere", 2)).toBe("chain-refused");
  expect(nameOfCode("sdk", 99)).toBe("chain-refused");
  expect(nameOfCode("sdk", 11)).toBe("chain-out-of-gas");
});
