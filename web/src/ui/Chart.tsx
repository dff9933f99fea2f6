import { Box, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { PlotOptions } from "@observablehq/plot";
import { useEffect, useRef } from "react";

/** What a chart shows. The same figures belong into a table beside it. */
export interface ChartProps {
  /** Says in a sentence what is seen: the name of the picture. */
  readonly label: string;
  /** Draws for a width in pixels. It is called again when the width changes; keep it stable with `useCallback`. */
  readonly plot: (library: typeof import("@observablehq/plot"), width: number) => PlotOptions;
}

/** A picture of figures by Observable Plot, which is loaded when the first one is shown. */
export function Chart({ label, plot }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  useEffect(() => {
    if (width === 0) return;
    let ended = false;
    void import("@observablehq/plot").then((library) => {
      if (ended || !place.current) return;
      const drawn = library.plot({
        style: { background: "transparent", fontSize: "13px", overflow: "visible" },
        ...plot(library, width),
        width,
      });
      name(drawn, label);
      place.current.replaceChildren(drawn);
    });
    return () => {
      ended = true;
    };
  }, [label, plot, width]);
  return (
    <Box component="figure" m={0} ref={ref}>
      <div ref={place} />
      <Text component="figcaption" fz="sm" c="dimmed" mt={4}>
        {label}
      </Text>
    </Box>
  );
}

/** Plot names groups, which may have no name; the picture as a whole gets one. */
function name(drawn: Element, label: string): void {
  for (const part of drawn.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  const picture = drawn instanceof SVGElement ? drawn : drawn.querySelector("svg");
  picture?.setAttribute("role", "img");
  picture?.setAttribute("aria-label", label);
}
