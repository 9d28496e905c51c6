import { useTranslation } from "react-i18next";
import { useSaid, type Said } from "./texts.js";

/** What the server says of an account, and beneath it what the provider itself said. */
export function SaidText({ said, words = null }: { said: Said; words?: string | null | undefined }) {
  const { t } = useTranslation("channels");
  const inWords = useSaid();
  return (
    <>
      <span className="block">
        <bdi>{inWords(said)}</bdi>
      </span>
      {words !== null && !inWords(said).includes(words) && (
        <span className="mt-1 block text-meta">
          {t("health.words")} <bdi lang="en">{words}</bdi>
        </span>
      )}
    </>
  );
}
