/** Languages that are offered for a contact. */
export const languageTags = [
  "en",
  "es",
  "de",
  "pt",
  "fr",
  "ar",
  "it",
  "nl",
  "pl",
  "tr",
  "ru",
  "uk",
  "hi",
  "ja",
  "ko",
  "zh",
] as const;
