import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Dialog as Parts } from "radix-ui";
import { useDeferredValue, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { ContactDto } from "../../../src/wire/contacts.js";
import { call } from "../api/client.js";
import { Kbd } from "../components/ui/Kbd.js";
import { keysOf, useAllActions } from "./actions.js";
import { showKeys } from "./keys.js";

const itemLook =
  "flex min-h-9 items-center justify-between gap-4 rounded-control px-2.5 data-[selected=true]:bg-surface-2";
const groupLook =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-text-3";
/** Shorter words match too many people to be worth asking. */
const askedFrom = 2;
const shownMost = 6;

function useContactsFor(text: string, workspaceId: string, enabled: boolean): readonly ContactDto[] {
  const q = useDeferredValue(text.trim());
  const asked = enabled && q.length >= askedFrom;
  const { data } = useQuery({
    queryKey: ["w", workspaceId, "contact-search", q],
    queryFn: ({ signal }) =>
      call<{ data: ContactDto[] }>("/contacts", { workspaceId, signal, query: { q, limit: shownMost } }),
    enabled: asked,
    staleTime: 30_000,
  });
  return asked ? (data?.data ?? []) : [];
}

const folded = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();

/**
 * How well an entry fits what was typed; 0: not at all. Every word must be found as it is: letters that merely occur in that
 * order would put an action under Enter that nobody meant.
 */
function fit(entry: string, typed: string, keywords: readonly string[] = []): number {
  const text = ` ${folded([entry, ...keywords].join(" "))}`;
  const words = folded(typed).split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return 0;
  if (!words.every((word) => text.includes(` ${word}`))) return 0.3;
  return text.startsWith(` ${words[0] ?? ""}`) ? 1 : 0.6;
}

/** Everything that can be done here, and everybody who wrote, by typing. Each action shows its key, so that it teaches itself. */
export function CommandPalette({
  workspaceId,
  contacts,
  initial,
  onClose,
}: {
  workspaceId: string;
  /** May look up contacts. */
  contacts: boolean;
  /** What was typed before this was here. */
  initial: RefObject<string>;
  onClose: () => void;
}) {
  const { t } = useTranslation("common");
  const navigate = useNavigate();
  const [text, setText] = useState(() => initial.current);
  // What was typed while this was being drawn is in it, too.
  useLayoutEffect(() => setText(initial.current), [initial]);
  const people = useContactsFor(text, workspaceId, contacts);
  // Where nothing fitted, nothing is chosen: who is found later is chosen then, so that Enter leads there.
  const [chosen, setChosen] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const first = people[0]?.id;
  useEffect(() => {
    if (first !== undefined && !list.current?.querySelector('[aria-selected="true"]')) setChosen(first);
  }, [first]);
  const actions = useAllActions().filter((action) => !action.hidden);
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <Parts.Root open onOpenChange={(open) => !open && onClose()}>
      <Parts.Portal>
        <Parts.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_16/0.45)]" />
        <Parts.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-40 mx-auto max-w-xl animate-pop overflow-hidden rounded-card border bg-bg shadow-pop"
        >
          <Parts.Title className="sr-only">{t("palette.title")}</Parts.Title>
          <Command label={t("palette.title")} loop filter={fit} value={chosen} onValueChange={setChosen}>
            <Command.Input
              autoFocus
              value={text}
              onValueChange={setText}
              placeholder={t("palette.placeholder")}
              className="h-12 w-full border-b bg-transparent px-4 text-message outline-none"
            />
            <Command.List ref={list} className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="p-6 text-center text-text-3">{t("state.noMatches")}</Command.Empty>
              {groups.map((group) => (
                <Command.Group key={group} heading={t(group)} className={groupLook}>
                  {actions
                    .filter((action) => action.group === group)
                    .map((action) => (
                      <Command.Item
                        key={action.id}
                        value={`${t(action.label)} ${action.id}`}
                        onSelect={() => {
                          onClose();
                          action.run();
                        }}
                        className={itemLook}
                      >
                        {t(action.label)}
                        {keysOf(action)[0] && <Kbd keys={showKeys(keysOf(action)[0]!)} />}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
              {people.length > 0 && (
                <Command.Group heading={t("nav.contacts")} className={groupLook}>
                  {people.map((person) => (
                    <Command.Item
                      key={person.id}
                      value={person.id}
                      // Found by the server, perhaps by a number that is not shown.
                      keywords={[text]}
                      onSelect={() => {
                        onClose();
                        void navigate(`/w/${workspaceId}/contacts/${person.id}`);
                      }}
                      className={itemLook}
                    >
                      <bdi className="truncate">{person.name ?? person.identities[0]?.provider_chat ?? person.id}</bdi>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
