import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import type { ContactDto } from "../data/types.js";
import { changeContact } from "./useContactChange.js";

/** The time where the customer is, if an attribute says where that is. */
function LocalTime({ zone }: { zone: string }) {
  const { t, i18n } = useTranslation("inbox");
  try {
    const time = new Intl.DateTimeFormat(i18n.language, {
      timeZone: zone,
      weekday: "short",
      hour: "numeric",
      minute: "2-digit",
    }).format(new Date());
    return <span>{t("contact.localTime", { time })}</span>;
  } catch {
    return null;
  }
}

function languageName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Who the customer is: name and language, which can be put right here. */
export function ContactCard({ contact, workspaceId, may }: { contact: ContactDto; workspaceId: string; may: boolean }) {
  const { t, i18n } = useTranslation("inbox");
  const [editing, setEditing] = useState(false);
  const [name, setName] = useState("");
  const [language, setLanguage] = useState("");
  const [busy, setBusy] = useState(false);
  const zone = contact.attributes.timezone ?? contact.attributes.time_zone;
  const begin = () => {
    setName(contact.name ?? "");
    setLanguage(contact.language ?? "");
    setEditing(true);
  };
  const save = async () => {
    setBusy(true);
    const done = await changeContact(workspaceId, contact.id, {
      name: name.trim() || null,
      language: language.trim() || null,
    });
    setBusy(false);
    if (done) setEditing(false);
  };
  if (editing)
    return (
      <form
        className="flex flex-col gap-3 border-b px-4 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
        onKeyDown={(event) => event.key === "Escape" && setEditing(false)}
      >
        <Field label={t("contact.name")}>
          <Input autoFocus dir="auto" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("contact.language")} hint={t("contact.languageHint")}>
          <Input maxLength={35} value={language} onChange={(event) => setLanguage(event.target.value)} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="sm" onClick={() => setEditing(false)}>
            {t("action.cancel")}
          </Button>
          <Button size="sm" type="submit" variant="primary" busy={busy}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    );
  return (
    <div className="flex items-center gap-3 border-b px-4 py-4">
      <Avatar name={contact.name ?? "?"} seed={contact.id} size={44} />
      <div className="min-w-0 flex-1">
        <p dir="auto" className="truncate text-side text-section leading-5 font-semibold">
          {contact.name ?? t("row.nameless")}
        </p>
        <p className="flex flex-wrap gap-x-2 text-meta text-text-3">
          {contact.language && <span>{languageName(contact.language, i18n.language)}</span>}
          {typeof zone === "string" && <LocalTime zone={zone} />}
        </p>
      </div>
      {may && <IconButton size="sm" label={t("contact.edit")} icon={<Pencil aria-hidden="true" />} onClick={begin} />}
    </div>
  );
}
