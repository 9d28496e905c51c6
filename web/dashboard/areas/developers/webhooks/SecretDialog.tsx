import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { CopyField } from "../../../components/ui/Copy.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Banner } from "../../../components/ui/states.js";
import { formatInstant } from "../../../i18n/format.js";
import type { Secrets } from "../queries.js";

/** The secrets that sign deliveries, the newest first. */
export function SecretDialog({ secrets, onClose }: { secrets: Secrets; onClose: () => void }) {
  const { t, i18n } = useTranslation("developers");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("secret.title")}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("action.done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Banner tone="warning">{t("secret.keep")}</Banner>
        {secrets.map(({ secret, valid_until: until }) => (
          <Field
            key={secret}
            label={
              until === null
                ? t("secret.current")
                : t("secret.until", { at: formatInstant(new Date(until), "full", i18n.language, 0) })
            }
          >
            <CopyField value={secret} />
          </Field>
        ))}
      </div>
    </Dialog>
  );
}
