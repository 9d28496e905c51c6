import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { ContactDto } from "../../../../src/wire/contacts.js";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { useWorkspace } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { toast } from "../../components/ui/toast.js";
import { isEmail, useForm } from "../../components/ui/useForm.js";
import { languageTags } from "./languages.js";

const unknown = "none";

/** Somebody who has not written yet. */
export function AddContactDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation("contacts");
  const { id } = useWorkspace();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [language, setLanguage] = useState(unknown);
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const form = useForm({
    check: () => ({
      name: name.trim() === "" ? t("add.nameNeeded") : undefined,
      phone: phone.trim() !== "" && !/^\+?[\d\s().-]{5,30}$/.test(phone.trim()) ? t("add.badPhone") : undefined,
      email: email.trim() !== "" && !isEmail(email) ? t("add.badEmail") : undefined,
    }),
    run: async () => {
      const made = await call<ContactDto>("/contacts", {
        method: "POST",
        workspaceId: id,
        idempotencyKey: crypto.randomUUID(),
        body: {
          name: name.trim(),
          language: language === unknown ? null : language,
          attributes: {
            ...(phone.trim() ? { phone: phone.trim() } : {}),
            ...(email.trim() ? { email: email.trim() } : {}),
          },
        },
      });
      await queryClient.invalidateQueries({ queryKey: ["w", id, "contacts"] });
      toast.done(t("add.done", { name: name.trim() }));
      onClose();
      void navigate(`/w/${id}/contacts/${made.id}`);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("add.title")}
      description={t("add.text")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" busy={form.busy} onClick={() => void form.submit()}>
            {t("add.yes")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote error={form.problem} />
        <Field label={t("column.name")} required error={form.errors.name}>
          <Input dir="auto" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("column.language")}>
          <Select
            value={language}
            onChange={setLanguage}
            options={[
              { value: unknown, label: t("unknownLanguage") },
              ...languageTags.map((tag) => ({ value: tag, label: names.of(tag) ?? tag })),
            ]}
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("add.phone")} error={form.errors.phone}>
            <Input
              type="tel"
              dir="ltr"
              maxLength={30}
              value={phone}
              onChange={(event) => setPhone(event.target.value)}
            />
          </Field>
          <Field label={t("add.email")} error={form.errors.email}>
            <Input
              type="email"
              dir="ltr"
              maxLength={254}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </Field>
        </div>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
