import { expect, it } from "vitest";
import { canonical } from "./jcs";
import { codeOf } from "./testing";

// The cases of core/jcs/jcs_test.go.
it.each([
  ["{}", {}],
  ['{"a":1,"b":[],"c":""}', { c: "", b: [], a: 1 }],
  ["[null,true,false]", [null, true, false]],
  ["[-9007199254740991]", [-(2 ** 53 - 1)]],
  ['"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f/<>&é€😂"', '\b\t\n\f\r"\\\x00\x1f/<>&é€😂'],
  [
    '{"\\r":1,"1":2,"\u0080":3,"ö":4,"€":5,"😂":6,"\ufb33":7}',
    { "\u20ac": 5, "\r": 1, "\ufb33": 7, "1": 2, "\u{1F602}": 6, "\u0080": 3, "\u00f6": 4 },
  ],
])("writes %s", (want, value) => {
  expect(canonical(value)).toBe(want);
});

it.each([
  ["a fraction", 1.5],
  ["54 bits", 2 ** 53],
  ["not a number", Number.NaN],
  ["a function", () => 1],
  ["nothing", undefined],
  ["half a character", "\ud800"],
  ["a date", new Date(0)],
  ["deep fraction", { a: [0.25] }],
])("refuses %s", (_, value) => {
  expect(codeOf(() => canonical(value))).toBe("not-canonical");
});
