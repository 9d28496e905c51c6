import { useTranslation } from "react-i18next";

/** A sentence of the server about an account, with its stable name; `reason` null for a provider's own words. */
export interface Said {
  sentence: string;
  reason: string | null;
  parameters: Readonly<Record<string, string>>;
}

/** What the server says of an account, in the language of the page. */
export function useSaid(): (said: Said) => string {
  const { t } = useTranslation("channels");
  return ({ sentence, reason, parameters }) =>
    reason === null ? sentence : t(`reason.${reason}`, { ...parameters, defaultValue: sentence });
}

/** What the server says of a kind of channel, in the language of the page: `key` is the text's name, `text` the English. */
export function useKindTexts(): (key: string, text: string) => string {
  const { t } = useTranslation("channels");
  return (key, text) => (text === "" ? "" : t(`kinds.${key.replace(/^channels:/, "")}`, { defaultValue: text }));
}
