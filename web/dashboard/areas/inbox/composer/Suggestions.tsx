import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { cx } from "../../../components/ui/cx.js";
import { useCannedReplies, useMembers } from "../data/lookups.js";
import { searchEmoji } from "./emoji.js";
import type { Token } from "./tokens.js";

/** One way to complete what is being typed. */
export interface Suggestion {
  key: string;
  label: string;
  hint?: string;
  sign?: string;
  memberId?: string;
  /** What is put there; of a canned reply the server fills it in first. */
  text: string;
  cannedId?: string;
}

const most = 8;
const fold = (text: string) => text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

function useEmoji(token: Token | undefined): readonly Suggestion[] {
  const { i18n } = useTranslation();
  const [found, setFound] = useState<readonly Suggestion[]>([]);
  const query = token?.kind === "emoji" ? token.query : "";
  useEffect(() => {
    let over = false;
    if (query === "") setFound([]);
    else
      searchEmoji(query, i18n.language).then(
        (emoji) => {
          if (!over)
            setFound(emoji.map((one) => ({ key: one.emoji, label: one.label, sign: one.emoji, text: one.emoji })));
        },
        () => undefined,
      );
    return () => {
      over = true;
    };
  }, [query, i18n.language]);
  return found;
}

/** What completes a `/`, `@` or `:` that is being typed. */
export function useSuggestions(token: Token | undefined): readonly Suggestion[] {
  const canned = useCannedReplies(token?.kind === "canned");
  const members = useMembers();
  const emoji = useEmoji(token);
  return useMemo(() => {
    if (!token) return [];
    const wanted = fold(token.query);
    if (token.kind === "emoji") return emoji;
    if (token.kind === "mention")
      return members
        .filter(({ active, name }) => active && fold(name).includes(wanted))
        .slice(0, most)
        .map(({ id, name }) => ({ key: id, label: name, memberId: id, text: `@${name} ` }));
    return canned
      .filter(({ shortcut, name }) => fold(shortcut).startsWith(wanted) || fold(name).includes(wanted))
      .sort(
        (a, b) =>
          Number(fold(b.shortcut).startsWith(wanted)) - Number(fold(a.shortcut).startsWith(wanted)) || b.uses - a.uses,
      )
      .slice(0, most)
      .map(({ id, shortcut, name, text }) => ({
        key: id,
        label: name,
        sign: `/${shortcut}`,
        hint: text,
        text,
        cannedId: id,
      }));
  }, [token, canned, members, emoji]);
}

/** The list above the composer. The caret stays in the text; `active` is read out from there. */
export function SuggestionList({
  id,
  items,
  active,
  onPick,
  onActive,
}: {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onPick: (item: Suggestion) => void;
  onActive: (index: number) => void;
}) {
  const { t } = useTranslation("inbox");
  return (
    <ul
      id={id}
      role="listbox"
      aria-label={t("composer.suggestions")}
      className="absolute inset-x-3 bottom-full z-20 mb-1 max-h-72 overflow-y-auto rounded-card border bg-bg p-1 text-text shadow-pop"
    >
      {items.map((item, index) => (
        <li
          key={item.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onPointerMove={() => onActive(index)}
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(item);
          }}
          className={cx(
            "flex min-h-8 cursor-default items-center gap-2.5 rounded-control px-2",
            index === active && "bg-surface-2",
          )}
        >
          {item.memberId && <Avatar name={item.label} seed={item.memberId} size={20} />}
          {item.sign && (
            <span className={cx("shrink-0", item.cannedId ? "font-mono text-meta text-text-2" : "text-lg")}>
              {item.sign}
            </span>
          )}
          <bdi className="shrink-0 truncate font-medium">{item.label}</bdi>
          {item.hint && (
            <span className="min-w-0 flex-1 truncate text-meta text-text-3" dir="auto">
              {item.hint}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
