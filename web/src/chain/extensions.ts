/** The wallets that come as an extension of the browser, by the names under which they stand in a page. */
export const extensions = { keplr: "Keplr", leap: "Leap" } as const;

/** One of {@link extensions}. */
export type Extension = keyof typeof extensions;

/** Whether a text names one of {@link extensions}. */
export function isExtension(name: unknown): name is Extension {
  return typeof name === "string" && Object.hasOwn(extensions, name);
}

/** The extensions that are in this page now. */
export function presentExtensions(page: object = globalThis): Extension[] {
  return (Object.keys(extensions) as Extension[]).filter((name) => Object.hasOwn(page, name));
}

/** The event by which an extension tells a page that another account was chosen in it. */
export function changeEvent(extension: Extension): string {
  return `${extension}_keystorechange`;
}
