import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Select } from "../../../components/ui/Select.js";
import { languages } from "../../../i18n/index.js";

/** A new customer of the simulator; they say hello at once. */
export function NewCustomer({
  open,
  onOpenChange,
  onAdd,
  busy,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAdd: (who: { customer_name: string; language: string }) => void;
  busy: boolean;
}) {
  const { t, i18n } = useTranslation("channels");
  const [name, setName] = useState("");
  const [language, setLanguage] = useState(i18n.language);
  const add = () => {
    if (name.trim() === "") return;
    onAdd({ customer_name: name.trim(), language });
    setName("");
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      title={t("phone.add")}
      description={t("phone.addText")}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("common:action.cancel")}</Button>
          <Button variant="primary" disabled={name.trim() === ""} busy={busy} onClick={add}>
            {t("phone.addConfirm")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field label={t("phone.name")} required>
          <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("phone.language")}>
          <Select
            value={language}
            onChange={setLanguage}
            options={languages.map(({ code, name: label }) => ({ value: code, label }))}
          />
        </Field>
      </form>
    </Dialog>
  );
}
