import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** The colour of Volens. Shade 8 has a contrast of 6.7:1 on white; Mantine's own teal fails WCAG 1.4.3. */
const pine: MantineColorsTuple = [
  "#e7f6f4",
  "#cfebe7",
  "#a0d8d1",
  "#6cc4ba",
  "#43b4a8",
  "#23a295",
  "#0d8f83",
  "#017a71",
  "#006560",
  "#004c48",
];

/** Ink and surfaces of the dark scheme, a little green so that the cards belong to the brand. */
const dark: MantineColorsTuple = [
  "#e9eeed",
  "#c3cdcb",
  "#a3b0ae",
  "#7d8b89",
  "#4a5856",
  "#364341",
  "#26312f",
  "#1b2523",
  "#131b1a",
  "#0b1110",
];

/** Everything that the eye meets is at least 44 px high where a finger has to hit it. */
const target = 44;

/** How Volens looks: calm surfaces, one colour, large type, large targets. */
export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: { light: 8, dark: 7 },
  colors: { pine, dark },
  autoContrast: true,
  luminanceThreshold: 0.32,
  defaultRadius: "md",
  radius: { md: "0.75rem", lg: "1rem", xl: "1.5rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", Menlo, monospace',
  headings: {
    fontWeight: "680",
    sizes: {
      h1: { fontSize: "clamp(1.6rem, 1.35rem + 1.2vw, 2.1rem)", lineHeight: "1.2" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1.05rem", lineHeight: "1.35" },
    },
  },
  // Plain objects, not `Button.extend`: the theme must not load the components that it speaks of.
  components: {
    Button: {
      defaultProps: { size: "md" },
      styles: {
        root: { minHeight: target, height: "auto", paddingBlock: 8 },
        // Labels may wrap, and keep the feet of their letters.
        label: { whiteSpace: "normal", height: "auto", lineHeight: 1.3, overflow: "visible" },
      },
    },
    Card: { defaultProps: { padding: "lg", radius: "lg", withBorder: true } },
    Paper: { defaultProps: { radius: "lg" } },
    TextInput: { defaultProps: { size: "md" }, styles: { input: { minHeight: target } } },
    PasswordInput: {
      defaultProps: { size: "md" },
      styles: {
        input: { minHeight: target + 2 },
        innerInput: { minHeight: target },
        section: { width: target },
        visibilityToggle: { width: target, height: target },
      },
    },
    Textarea: { defaultProps: { size: "md" } },
    Badge: {
      defaultProps: { variant: "light", size: "lg", radius: "sm" },
      styles: { root: { textTransform: "none", fontWeight: 600, height: "auto", paddingBlock: 3 } },
    },
    Alert: {
      defaultProps: { radius: "lg" },
      // A coloured title on a coloured ground fails WCAG 1.4.3 in yellow: title and text are ink.
      styles: {
        title: { color: "var(--mantine-color-text)", fontSize: "1rem" },
        message: { color: "var(--mantine-color-text)", fontSize: "1rem" },
      },
    },
    Anchor: { defaultProps: { underline: "always" } },
    Accordion: {
      styles: {
        item: { background: "var(--volens-surface)", border: "1px solid var(--volens-line)" },
        control: { background: "transparent", minHeight: target },
      },
    },
    Modal: { defaultProps: { centered: true, radius: "lg", padding: "lg" } },
    Drawer: { defaultProps: { radius: "lg", padding: "lg" } },
  },
});

/** The greys that Mantine dims with are too light for WCAG 1.4.3: these are not. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f5f8f7",
    "--mantine-color-text": "#14211f",
    "--mantine-color-dimmed": "#4d5b59",
    "--mantine-color-placeholder": "#5c6b69",
    "--mantine-color-error": "#b3261e",
    "--volens-surface": "#ffffff",
    "--volens-line": "#dbe4e2",
    "--volens-soft": "#e7f3f1",
  },
  dark: {
    "--mantine-color-body": "#0f1615",
    "--mantine-color-text": "#e9eeed",
    "--mantine-color-dimmed": "#a9b6b4",
    "--mantine-color-placeholder": "#a9b6b4",
    "--mantine-color-error": "#ffb4ab",
    "--volens-surface": "#18211f",
    "--volens-line": "#2c3836",
    "--volens-soft": "#16302c",
  },
});
