import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Checkbox, RadioGroup } from "../../../components/ui/choices.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { useEndpointActions, useEventKinds, type CreatedEndpoint, type HookEndpoint } from "../queries.js";

function isAddress(url: string): boolean {
  try {
    return /^https?:$/.test(new URL(url).protocol);
  } catch {
    return false;
  }
}

const matches = (filter: string, type: string) =>
  filter === type || (filter.endsWith(".*") && type.startsWith(filter.slice(0, -1)));

/** Makes an endpoint, or changes one: where to, and which events. */
export function EndpointForm({
  endpoint,
  proposed = "",
  onClose,
  onMade,
}: {
  endpoint?: HookEndpoint;
  /** An address to begin with, such as that of a request bin. */
  proposed?: string;
  onClose: () => void;
  onMade?: (endpoint: CreatedEndpoint) => void;
}) {
  const { t } = useTranslation("developers");
  const { create, change } = useEndpointActions();
  const kinds = useEventKinds().data ?? [];
  const [url, setUrl] = useState(endpoint?.url ?? proposed);
  const [description, setDescription] = useState(endpoint?.description ?? "");
  const [scope, setScope] = useState<"all" | "some">(!endpoint || endpoint.events.includes("*") ? "all" : "some");
  const [events, setEvents] = useState<readonly string[]>(endpoint?.events.filter((one) => one !== "*") ?? []);
  const [tried, setTried] = useState(false);
  const urlError = tried && !isAddress(url.trim()) ? t("hooks.urlError") : undefined;
  const submit = () => {
    setTried(true);
    if (!isAddress(url.trim()) || (scope === "some" && events.length === 0)) return;
    const body = {
      url: url.trim(),
      description: description.trim() === "" ? null : description.trim(),
      events: scope === "all" ? ["*"] : [...events],
    };
    if (endpoint) change.mutate({ id: endpoint.id, ...body }, { onSuccess: onClose });
    else create.mutate(body, { onSuccess: (made) => onMade?.(made) });
  };
  const toggle = (type: string, on: boolean) => {
    // A group that is taken apart becomes its members.
    const rest = events.flatMap((filter) =>
      filter.endsWith(".*") && matches(filter, type)
        ? kinds.filter((kind) => matches(filter, kind.type)).map((kind) => kind.type)
        : [filter],
    );
    setEvents(on ? [...rest, type] : rest.filter((one) => one !== type));
  };
  const failure = create.error ?? change.error;
  return (
    <Dialog
      open
      size="lg"
      onOpenChange={(open) => !open && onClose()}
      title={endpoint ? t("hooks.edit") : t("hooks.new")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" busy={create.isPending || change.isPending} onClick={submit}>
            {endpoint ? t("action.save") : t("hooks.create")}
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
        <Field label={t("hooks.url")} hint={t("hooks.urlHint")} required error={urlError}>
          <Input type="url" dir="ltr" value={url} maxLength={2000} onChange={(event) => setUrl(event.target.value)} />
        </Field>
        <Field label={t("hooks.description")}>
          <Input
            dir="auto"
            maxLength={200}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </Field>
        <fieldset>
          <legend className="mb-2 font-medium">{t("hooks.events")}</legend>
          <RadioGroup
            label={t("hooks.events")}
            value={scope}
            onChange={setScope}
            options={[
              { value: "all", label: t("hooks.allEvents") },
              { value: "some", label: t("hooks.chosenEvents") },
            ]}
          />
          {scope === "some" && (
            <div className="mt-3 grid gap-2 rounded-card border p-3 sm:grid-cols-2">
              {kinds.map((kind) => (
                <Checkbox
                  key={kind.type}
                  checked={events.some((filter) => matches(filter, kind.type))}
                  onChange={(on) => toggle(kind.type, on)}
                  label={t(`event.${kind.type.replaceAll(".", "_")}`, { defaultValue: kind.summary })}
                  hint={<code dir="ltr">{kind.type}</code>}
                />
              ))}
            </div>
          )}
          {tried && scope === "some" && events.length === 0 && (
            <p role="alert" className="mt-1 text-meta text-danger">
              {t("hooks.noEvent")}
            </p>
          )}
        </fieldset>
        <ProblemNote error={failure} />
      </form>
    </Dialog>
  );
}
