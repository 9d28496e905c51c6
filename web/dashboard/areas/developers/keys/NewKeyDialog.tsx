import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../../api/session.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { Button } from "../../../components/ui/Button.js";
import { Checkbox } from "../../../components/ui/choices.js";
import { CopyField } from "../../../components/ui/Copy.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Select } from "../../../components/ui/Select.js";
import { Banner } from "../../../components/ui/states.js";
import { useKeys, type CreatedKey, type NewKey } from "../queries.js";

type Scope = NewKey["scopes"][number];
const scopes = [
  "conversations:read",
  "conversations:write",
  "messages:send",
  "contacts:read",
  "contacts:write",
  "channels:manage",
  "webhooks:manage",
  "workspace:manage",
  "members:manage",
  "audit:read",
  "operations",
] as const satisfies readonly Scope[];
const lives = ["never", "30", "90", "365"] as const;
type Life = (typeof lives)[number];

function Shown({ made, onClose }: { made: CreatedKey; onClose: () => void }) {
  const { t } = useTranslation("developers");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("keys.madeTitle")}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("action.done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Banner tone="warning">{t("keys.once")}</Banner>
        <Field label={made.name}>
          <CopyField value={made.key} />
        </Field>
      </div>
    </Dialog>
  );
}

/** Makes a key, and shows it once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("developers");
  const can = useCan();
  const { create } = useKeys();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>(["conversations:read"]);
  const [life, setLife] = useState<Life>("never");
  const [tried, setTried] = useState(false);
  const labels: Record<Life, string> = {
    never: t("keys.noEnd"),
    "30": t("keys.days", { count: 30 }),
    "90": t("keys.days", { count: 90 }),
    "365": t("keys.days", { count: 365 }),
  };
  if (create.data) return <Shown made={create.data} onClose={onClose} />;
  const submit = () => {
    setTried(true);
    if (name.trim() === "" || chosen.length === 0) return;
    const until =
      life === "never" ? {} : { expires_at: new Date(Date.now() + Number(life) * 86_400_000).toISOString() };
    create.mutate({ name: name.trim(), scopes: [...chosen], ...until });
  };
  const offered: readonly Scope[] = can("*") ? ["*", ...scopes] : scopes.filter((scope) => can(scope));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("keys.new")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" busy={create.isPending} onClick={submit}>
            {t("keys.create")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={t("keys.name")}
          hint={t("keys.nameHint")}
          required
          error={tried && name.trim() === "" ? t("form.missing") : undefined}
        >
          <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 font-medium">{t("keys.may")}</legend>
          {offered.map((scope) => (
            <Checkbox
              key={scope}
              checked={chosen.includes("*") || chosen.includes(scope)}
              disabled={scope !== "*" && chosen.includes("*")}
              onChange={(on) => setChosen(on ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
              label={scope === "*" ? t("keys.everything") : t(`scope.${scope.replace(":", "_")}`)}
              hint={scope === "*" ? undefined : <code dir="ltr">{scope}</code>}
            />
          ))}
          {tried && chosen.length === 0 && (
            <p role="alert" className="text-meta text-danger">
              {t("keys.noScope")}
            </p>
          )}
        </fieldset>
        <Field label={t("keys.expiry")}>
          <Select value={life} onChange={setLife} options={lives.map((one) => ({ value: one, label: labels[one] }))} />
        </Field>
        <ProblemNote error={create.error} />
      </form>
    </Dialog>
  );
}
