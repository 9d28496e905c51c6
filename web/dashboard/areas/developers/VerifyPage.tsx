import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Code } from "../../components/ui/Copy.js";
import { Tabs } from "../../components/ui/Tabs.js";
import { snippets, type SnippetName } from "./snippets.js";

/** How to check that a delivery really comes from here, in several languages. */
export function VerifyPage() {
  const { t } = useTranslation("developers");
  const [shown, setShown] = useState<SnippetName>("node");
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <p className="text-text-2">{t("verify.lead")}</p>
      <ol className="list-decimal space-y-1 ps-5 text-text-2">
        <li>{t("verify.step1")}</li>
        <li>{t("verify.step2")}</li>
        <li>{t("verify.step3")}</li>
      </ol>
      <Tabs
        label={t("page.verify")}
        value={shown}
        onChange={setShown}
        tabs={snippets.map(({ name, label, text }) => ({
          value: name,
          label,
          content: <Code maxHeight={560}>{text}</Code>,
        }))}
      />
    </div>
  );
}
