import type { Standing } from "../../../client/dataset";

/** The colour of a badge for where a dataset stands; its words say the same. */
export const standingColour: Readonly<Record<Standing, string>> = {
  sending: "blue",
  unchecked: "yellow",
  checking: "blue",
  refused: "yellow",
  ready: "yellow",
  sharing: "pine",
  frozen: "red",
  withdrawn: "gray",
};
