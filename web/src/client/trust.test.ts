import { describe, expect, it } from "vitest";
import { Fault } from "../core/fault";
import { anchorText, parseAnchor } from "./trust";

const hash = "319504CA23B5123E77A09B148BD8C66B88D270926BD4D4A918A098CDE1FD7359";

describe("a trusted header", () => {
  it("is read and written as the command line does", () => {
    expect(anchorText(parseAnchor(`13:${hash}`))).toBe(`13:${hash}`);
    expect(anchorText(parseAnchor(` 13:${hash.toLowerCase()}\n`))).toBe(`13:${hash}`);
  });

  it.each(["", "13", `0:${hash}`, `-1:${hash}`, `013:${hash}`, `13:${hash}00`, `13:${hash.slice(2)}`, `13 ${hash}`])(
    "is not %j",
    (text) => {
      expect(() => parseAnchor(text)).toThrow(Fault);
    },
  );
});
