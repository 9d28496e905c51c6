import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactDto } from "../../../../src/wire/contacts.js";
import { useCan } from "../../api/session.js";
import { Button, IconButton } from "../../components/ui/Button.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { useContactWrite } from "./data.js";

type Value = ContactDto["attributes"][string];

/** What somebody typed, as the kind of value it was before: a number stays one, yes and no stay such. */
function valueOf(text: string, before: Value | undefined): Value {
  if (typeof before === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === "boolean" && /^(true|false)$/.test(text.trim())) return text.trim() === "true";
  return text;
}

function Line({ contact, name, value }: { contact: ContactDto; name: string; value: Value }) {
  const { t } = useTranslation("contacts");
  const may = useCan()("contacts:write");
  const write = useContactWrite(contact.id);
  const [text, setText] = useState(String(value));
  const save = () => {
    if (text === String(value)) return;
    write("PATCH", "", { attributes: { [name]: valueOf(text, value) } }).catch((error: unknown) => {
      setText(String(value));
      toast.failed(error);
    });
  };
  const remove = () => {
    write("PATCH", "", { attributes: { [name]: null } }).then(
      () =>
        toast.done(t("attributes.removed", { name }), () => {
          void write("PATCH", "", { attributes: { [name]: value } }).catch(toast.failed);
        }),
      toast.failed,
    );
  };
  return (
    <li className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_2rem] items-center gap-2">
      <bdi className="truncate text-side text-text-2" title={name}>
        {name}
      </bdi>
      <Input
        dir="auto"
        className="truncate text-side focus:text-clip"
        aria-label={name}
        readOnly={!may}
        maxLength={2_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      {may && (
        <IconButton
          size="sm"
          label={t("common:action.removeOne", { name })}
          icon={<X aria-hidden="true" />}
          onClick={remove}
        />
      )}
    </li>
  );
}

/** What is known of a contact beyond the name; each value is saved when it is left. */
export function Attributes({ contact }: { contact: ContactDto }) {
  const { t } = useTranslation("contacts");
  const may = useCan()("contacts:write");
  const write = useContactWrite(contact.id);
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const entries = Object.entries(contact.attributes);
  const form = useForm({
    check: () => ({
      name: !/^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$/.test(name.trim())
        ? t("attributes.badName")
        : name.trim() in contact.attributes
          ? t("attributes.there")
          : undefined,
    }),
    run: async () => {
      await write("PATCH", "", { attributes: { [name.trim()]: value } });
      setAdding(false);
      setName("");
      setValue("");
    },
  });
  return (
    <div className="flex flex-col gap-2.5">
      {entries.length === 0 && !adding && <p className="text-text-3">{t("attributes.none")}</p>}
      <ul className="flex flex-col gap-1.5">
        {entries.map(([key, one]) => (
          <Line key={`${key} ${String(one)}`} contact={contact} name={key} value={one} />
        ))}
      </ul>
      {may && !adding && (
        <Button size="sm" className="self-start" onClick={() => setAdding(true)}>
          <Plus aria-hidden="true" />
          {t("attributes.add")}
        </Button>
      )}
      {adding && (
        <form noValidate onSubmit={form.submit} className="flex flex-col gap-2">
          <ProblemNote error={form.problem} />
          <div className="grid gap-2 sm:grid-cols-[2fr_3fr_auto_auto]">
            <Input
              dir="ltr"
              autoFocus
              aria-label={t("attributes.name")}
              aria-invalid={form.errors.name ? true : undefined}
              placeholder={t("attributes.name")}
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <Input
              dir="auto"
              aria-label={t("attributes.value")}
              placeholder={t("attributes.value")}
              maxLength={2_000}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
            <Button type="submit" variant="primary" busy={form.busy}>
              {t("save")}
            </Button>
            <Button onClick={() => setAdding(false)}>{t("common:action.cancel")}</Button>
          </div>
          {form.errors.name && (
            <p role="alert" className="text-meta text-danger">
              {form.errors.name}
            </p>
          )}
        </form>
      )}
    </div>
  );
}
