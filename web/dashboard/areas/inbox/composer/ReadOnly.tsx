import { useTranslation } from "react-i18next";
import { Field } from "../../../components/ui/Field.js";
import { Textarea } from "../../../components/ui/Input.js";
import { keptText } from "./drafts.js";

/** In place of the composer for who may not write; what they wrote while they might is still there to copy. */
export function ReadOnly({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("inbox");
  const text = keptText(conversationId);
  return (
    <div className="flex flex-col gap-2 border-t px-4 py-3">
      <p className="text-center text-meta text-text-3">{t("composer.readOnly")}</p>
      {text !== "" && (
        <Field label={t("composer.kept")}>
          <Textarea dir="auto" readOnly value={text} onFocus={(event) => event.target.select()} />
        </Field>
      )}
    </div>
  );
}
