import i18n, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { preferences } from "../app/preferences.js";
import english from "../locales/en/common.json";

/** The languages of the dashboard, by their own names. */
export const languages = [
  { code: "en", name: "English" },
  { code: "es", name: "Español" },
  { code: "de", name: "Deutsch" },
  { code: "pt-BR", name: "Português (Brasil)" },
  { code: "fr", name: "Français" },
  { code: "ar", name: "العربية" },
] as const;
export type Language = (typeof languages)[number]["code"];

const files = import.meta.glob<{ default: Record<string, unknown> }>([
  "../locales/*/*.json",
  "!../locales/en/common.json",
]);

const lazyFiles: BackendModule = {
  type: "backend",
  init() {
    // Nothing to prepare: the files are parts of the build.
  },
  read(language, namespace, callback) {
    const load = files[`../locales/${language}/${namespace}.json`];
    if (!load) callback(null, {});
    else
      load().then(
        (file) => callback(null, file.default),
        (error: unknown) => callback(error as Error, null),
      );
  },
};

/** The user's choice, else the first of the browser's languages that we have. */
function wantedLanguage(): Language {
  const kept = preferences.get().language;
  const wanted = kept === null ? navigator.languages : [kept];
  for (const tag of wanted) {
    const found =
      languages.find(({ code }) => code.toLowerCase() === tag.toLowerCase()) ??
      languages.find(({ code }) => code.slice(0, 2) === tag.slice(0, 2).toLowerCase());
    if (found) return found.code;
  }
  return "en";
}

function applyDirection(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = i18n.dir(language);
}

/** Makes the texts ready; resolves when the common ones of the language are there. */
export async function startI18n(): Promise<void> {
  i18n.on("languageChanged", applyDirection);
  await i18n
    .use(lazyFiles)
    .use(initReactI18next)
    .init({
      lng: wantedLanguage(),
      fallbackLng: "en",
      supportedLngs: languages.map(({ code }) => code),
      ns: ["common"],
      defaultNS: "common",
      resources: { en: { common: english } },
      partialBundledLanguages: true,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
}

/** Changes the language of the page, and remembers it on this device. */
export async function setLanguage(language: Language): Promise<void> {
  preferences.set({ language });
  await i18n.changeLanguage(language);
}
