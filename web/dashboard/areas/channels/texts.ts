import { useTranslation } from "react-i18next";

/** What the server says of a kind of channel, in the language of the page: `key` is the text's name, `text` the English. */
export function useKindTexts(): (key: string, text: string) => string {
  const { t } = useTranslation("channels");
  return (key, text) => (text === "" ? "" : t(`kinds.${key.replace(/^channels:/, "")}`, { defaultValue: text }));
}
