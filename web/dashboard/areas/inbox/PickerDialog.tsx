import { Check } from "lucide-react";
import { Command } from "cmdk";
import i18n from "i18next";
import { Dialog as Parts } from "radix-ui";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { toast } from "../../components/ui/toast.js";
import { Kbd } from "../../components/ui/Kbd.js";
import { WhenPicker } from "./composer/WhenPicker.js";
import { knownRow, useConversation } from "./data/conversations.js";
import { useLabels, useMacros, useMembers, useTeams } from "./data/lookups.js";
import { useOnline } from "./data/presence.js";
import { reasonOf, refusedFor } from "./data/refused.js";
import { changeAll, type Place } from "./data/triage.js";
import type { Change, MacroRunDto } from "./data/types.js";
import { ui, type PickerKind } from "./data/ui.js";
import { refocusCursor } from "./list/cursor.js";

interface Choice {
  value: string;
  label: string;
  sign?: ReactNode;
  keys?: string;
  chosen?: boolean;
  run: () => void;
}

function useTitles(count: number): Record<PickerKind, string> {
  const { t } = useTranslation("inbox");
  return {
    assign: t("picker.assign", { count }),
    team: t("picker.team", { count }),
    labels: t("picker.labels", { count }),
    priority: t("picker.priority", { count }),
    snooze: t("picker.snooze", { count }),
    macros: t("picker.macros", { count }),
  };
}

function useChoices(place: Place, kind: PickerKind, ids: readonly string[], close: () => void): Choice[] {
  const { t } = useTranslation("inbox");
  const members = useMembers();
  const teams = useTeams();
  const labels = useLabels();
  const macros = useMacros();
  const online = useOnline();
  const { data: detail } = useConversation(ids.length === 1 ? ids[0] : undefined);
  const row = detail ?? (ids[0] ? knownRow(place.workspaceId, ids[0]) : undefined);
  const one = ids.length === 1 ? row : undefined;
  // Of many, what is ticked is what all of them have; their rows are looked at anew after each change.
  const [, setChanges] = useState(0);
  const rows = one ? [one] : ids.flatMap((id) => knownRow(place.workspaceId, id) ?? []);
  const count = ids.length;
  const change = (what: Change, said: string) => {
    close();
    void changeAll(place, ids, what, said);
  };
  switch (kind) {
    case "assign": {
      const mine = members.find(({ id }) => id === place.memberId);
      const rest = members.filter(({ id, active }) => active && id !== place.memberId);
      return [
        ...(mine ? [{ ...mine, name: t("picker.me", { name: mine.name }) }] : []),
        ...rest.sort(
          (a, b) => Number(online.includes(b.id)) - Number(online.includes(a.id)) || a.name.localeCompare(b.name),
        ),
      ]
        .map((member) => ({
          value: member.id,
          label: member.name,
          ...(member.id === place.memberId ? { keys: "I" } : {}),
          sign: (
            <span className="relative">
              <Avatar name={member.name} seed={member.id} size={22} />
              {online.includes(member.id) && (
                <span
                  className="absolute -end-0.5 -bottom-0.5 size-2 rounded-full border border-bg bg-success"
                  title={t("presence.online")}
                />
              )}
            </span>
          ),
          chosen: one?.assignee_id === member.id,
          run: () => change({ assignee_id: member.id }, t("toast.assigned", { count, name: member.name })),
        }))
        .concat([
          {
            value: "none",
            label: t("picker.nobody"),
            sign: <span className="size-5.5" />,
            chosen: one?.assignee_id === null,
            run: () => change({ assignee_id: null }, t("toast.unassigned", { count })),
          },
        ] as never[]);
    }
    case "team":
      return [
        ...teams.map((team) => ({
          value: team.id,
          label: team.name,
          chosen: one?.team_id === team.id,
          run: () => change({ team_id: team.id }, t("toast.team", { count, name: team.name })),
        })),
        {
          value: "none",
          label: t("picker.noTeam"),
          chosen: one?.team_id === null,
          run: () => change({ team_id: null }, t("toast.noTeam", { count })),
        },
      ];
    case "labels":
      return labels.map((label) => {
        const chosen = rows.length > 0 && rows.every((some) => some.labels.includes(label.id));
        return {
          value: label.id,
          label: label.name,
          sign: <span className="size-2.5 rounded-full" style={{ background: label.color }} />,
          chosen,
          run: () => {
            void changeAll(
              place,
              ids,
              chosen ? { remove_labels: [label.id] } : { add_labels: [label.id] },
              chosen
                ? t("toast.unlabelled", { count, name: label.name })
                : t("toast.labelled", { count, name: label.name }),
            );
            setChanges((changes) => changes + 1);
          },
        };
      });
    case "priority":
      return (["urgent", "high", "medium", "low", "none"] as const).map((priority) => ({
        value: priority,
        label: t(`priority.${priority}`),
        chosen: one?.priority === priority,
        run: () => change({ priority }, t("toast.priority", { count, name: t(`priority.${priority}`) })),
      }));
    default:
      return macros.map((macro) => ({
        value: macro.id,
        label: macro.name,
        run: () => {
          close();
          void runMacro(place, ids, macro.id);
        },
      }));
  }
}

/** Runs a macro on each; one that stops does not keep the others back. Says how many went well, and why others did not. */
async function runMacro(place: Place, ids: readonly string[], macroId: string): Promise<void> {
  const problems: string[] = [];
  for (const id of ids) {
    try {
      const run = await call<MacroRunDto>(`/conversations/${id}/macros/${macroId}`, {
        method: "POST",
        workspaceId: place.workspaceId,
        idempotencyKey: crypto.randomUUID(),
      });
      const failed = run.steps.find(({ ok }) => !ok);
      if (failed) problems.push(await refusedFor(failed));
    } catch (error) {
      problems.push(await reasonOf(error));
    }
  }
  const done = ids.length - problems.length;
  if (done > 0) toast.done(i18n.t("inbox:macro.done", { count: done }));
  if (problems.length > 0) toast.wrong(i18n.t("inbox:macro.stopped", { count: problems.length, reason: problems[0]! }));
}

function Choices({
  place,
  kind,
  ids,
  label,
  close,
}: {
  place: Place;
  kind: PickerKind;
  ids: readonly string[];
  label: string;
  close: () => void;
}) {
  const { t } = useTranslation("inbox");
  const choices = useChoices(place, kind, ids, close);
  return (
    <Command label={label} loop>
      <Command.Input
        autoFocus
        placeholder={t("picker.search")}
        className="h-11 w-full border-b bg-transparent px-4 outline-none"
      />
      <Command.List className="max-h-80 overflow-y-auto p-1.5">
        <Command.Empty className="p-5 text-center text-text-3">{t("picker.none")}</Command.Empty>
        {choices.map((choice) => (
          <Command.Item
            key={choice.value}
            value={`${choice.label} ${choice.value}`}
            onSelect={choice.run}
            className="flex min-h-9 cursor-default items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-surface-2"
          >
            {choice.sign}
            <bdi className="min-w-0 flex-1 truncate">{choice.label}</bdi>
            {choice.chosen && <Check className="size-4 text-brand" aria-label={t("picker.chosen")} />}
            {choice.keys && <Kbd keys={choice.keys} />}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}

/** One window for whatever is chosen for conversations: by key, button or for many at once. */
export function PickerDialog({ place }: { place: Place }) {
  const { t } = useTranslation("inbox");
  const picker = ui.use((state) => state.picker);
  const titles = useTitles(picker?.ids.length ?? 1);
  if (!picker) return null;
  const close = () => ui.set({ picker: null });
  const { kind, ids } = picker;
  return (
    <Parts.Root open onOpenChange={(open) => !open && close()}>
      <Parts.Portal>
        <Parts.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_16/0.3)]" />
        <Parts.Content
          aria-describedby={undefined}
          onCloseAutoFocus={() => requestAnimationFrame(refocusCursor)}
          className="fixed inset-x-3 top-[14vh] z-40 mx-auto max-w-md animate-pop overflow-hidden rounded-card border bg-bg shadow-pop"
        >
          <Parts.Title className="px-4 pt-3 pb-1 text-meta font-medium text-text-3">{titles[kind]}</Parts.Title>
          {kind === "snooze" ? (
            <WhenPicker
              label={titles.snooze}
              onPick={(at) => {
                close();
                void changeAll(
                  place,
                  ids,
                  { status: "snoozed", snoozed_until: at.toISOString() },
                  t("toast.snoozed", { count: ids.length }),
                );
              }}
            />
          ) : (
            <Choices place={place} kind={kind} ids={ids} label={titles[kind]} close={close} />
          )}
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
