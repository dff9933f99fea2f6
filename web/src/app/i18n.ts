import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, languages } from "./languages";

const kept = "volens.language";

const files = import.meta.glob<Record<string, unknown>>(["../features/*/locales/*.json", "../ui/locales/*.json"], {
  import: "default",
});

/** Reads the texts of one feature in one language when they are first needed. */
const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load =
      files[`../features/${namespace}/locales/${language}.json`] ?? files[`../${namespace}/locales/${language}.json`];
    if (!load) return done(new Error(`no texts named ${namespace} in ${language}`), false);
    load().then(
      (texts) => done(null, texts as never),
      (failed: unknown) => done(failed as Error, false),
    );
  },
};

function preferred(): Language {
  const wanted = [localStorage.getItem(kept) ?? "", ...navigator.languages];
  for (const tag of wanted) {
    const code = tag.slice(0, 2);
    if (code in languages) return code as Language;
  }
  return "en";
}

/** When the words for what can go wrong are loaded, in milliseconds: before the line may be gone, after the first screen. */
const soon = 3000;

/** Prepares the texts in the language that was chosen before, or that the browser asks for. */
export async function prepareTexts(): Promise<void> {
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferred(),
      fallbackLng: "en",
      ns: ["ui", "shared"],
      defaultNS: "shared",
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  setTimeout(() => void i18next.loadNamespaces("problem"), soon);
}

/** Changes the language and remembers it on this device. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem(kept, language);
  await i18next.changeLanguage(language);
}
