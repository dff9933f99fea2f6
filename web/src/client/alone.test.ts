import { expect, it } from "vitest";
import { alone } from "./alone";

it("does work of one name after the other, also after some that failed, and other work meanwhile", async () => {
  const order: string[] = [];
  const step = (name: string, turns: number) => async () => {
    for (let i = 0; i < turns; i++) await Promise.resolve();
    order.push(name);
    if (name === "fails") throw new Error(name);
    return name;
  };
  const fails = alone("a", step("fails", 50));
  const after = alone("a", step("after", 0));
  const other = alone("b", step("other", 0));
  await expect(fails).rejects.toThrow("fails");
  expect(await after).toBe("after");
  expect(await other).toBe("other");
  expect(order).toEqual(["other", "fails", "after"]);
});
