import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { Input } from "../../../components/ui/Input.js";
import { useKept } from "../data/kept.js";
import type { ContactDto } from "../data/types.js";
import { Section } from "./Section.js";
import { changeContact } from "./useContactChange.js";

/** A number stays a number and true stays true, when somebody types over it. */
function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function Attribute({
  name,
  value,
  may,
  onSave,
}: {
  name: string;
  value: string | number | boolean;
  may: boolean;
  onSave: (value: string | number | boolean | null) => void;
}) {
  const { t } = useTranslation("inbox");
  const [text, setText] = useState<string | null>(null);
  return (
    <div className="group flex min-h-8 items-center gap-2">
      <dt dir="auto" className="w-24 shrink-0 truncate text-side text-meta text-text-3" title={name}>
        {name}
      </dt>
      <dd className="flex min-w-0 flex-1 items-center gap-2">
        {may ? (
          <input
            dir="auto"
            aria-label={name}
            value={text ?? String(value)}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") event.currentTarget.blur();
              if (event.key === "Escape") setText(null);
            }}
            onBlur={() => {
              if (text !== null && text !== String(value)) onSave(valueOf(text));
              setText(null);
            }}
            className="h-7 w-full truncate rounded-control border border-transparent bg-transparent px-1.5 text-side hover:border-control focus:border-control focus:text-clip"
          />
        ) : (
          <span dir="auto" className="min-w-0 flex-1 px-1.5 text-side wrap-anywhere">
            {String(value)}
          </span>
        )}
        {may && (
          <button
            type="button"
            aria-label={t("attributes.remove", { name })}
            onClick={() => onSave(null)}
            className="grid size-6 place-items-center rounded-control text-text-3 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:bg-surface-2 focus-visible:opacity-100"
          >
            <X className="size-3.5" aria-hidden="true" />
          </button>
        )}
      </dd>
    </div>
  );
}

/** What is known of a contact beside the name, and can be put right in place. */
export function Attributes({ contact, workspaceId, may }: { contact: ContactDto; workspaceId: string; may: boolean }) {
  const { t } = useTranslation("inbox");
  const [name, setName] = useKept(`attribute/${contact.id}/name`);
  const [value, setValue] = useKept(`attribute/${contact.id}/value`);
  const [adding, setAdding] = useState(name !== "" || value !== "");
  const drop = () => {
    setAdding(false);
    setName("");
    setValue("");
  };
  const entries = Object.entries(contact.attributes);
  const save = (key: string, next: string | number | boolean | null) =>
    changeContact(workspaceId, contact.id, { attributes: { [key]: next } });
  return (
    <Section
      name="attributes"
      title={t("attributes.title")}
      actions={
        may &&
        !adding && (
          <IconButton
            size="sm"
            label={t("attributes.add")}
            icon={<Plus aria-hidden="true" />}
            onClick={() => setAdding(true)}
          />
        )
      }
    >
      {entries.length === 0 && !adding && <p className="text-meta text-text-3">{t("attributes.none")}</p>}
      <dl>
        {entries.map(([key, one]) => (
          <Attribute key={key} name={key} value={one} may={may} onSave={(next) => void save(key, next)} />
        ))}
      </dl>
      {adding && (
        <form
          className="flex flex-col gap-2 pt-1"
          onSubmit={(event) => {
            event.preventDefault();
            void save(name, valueOf(value)).then((done) => {
              if (done) drop();
            });
          }}
        >
          <Input
            autoFocus
            required
            pattern="[A-Za-z0-9_.\-]{1,64}"
            title={t("attributes.nameHint")}
            placeholder={t("attributes.name")}
            aria-label={t("attributes.name")}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Input
            required
            dir="auto"
            maxLength={2000}
            placeholder={t("attributes.value")}
            aria-label={t("attributes.value")}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
          <div className="flex justify-end gap-2">
            <Button size="sm" onClick={drop}>
              {t("action.cancel")}
            </Button>
            <Button size="sm" type="submit" variant="primary">
              {t("action.save")}
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
