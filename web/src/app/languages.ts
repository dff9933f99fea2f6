/** The languages of the app, each by its own name. */
export const languages = { en: "English", es: "Español" } as const;

/** Code of one of {@link languages}. */
export type Language = keyof typeof languages;
