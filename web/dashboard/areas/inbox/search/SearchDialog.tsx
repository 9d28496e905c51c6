import { useInfiniteQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { ListFilter, Search } from "lucide-react";
import { Dialog as Parts } from "radix-ui";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { z } from "zod";
import type { searchHitDto } from "../../../../../src/wire/inbox.js";
import { call } from "../../../api/client.js";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Spinner } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { useById, useChannels, useLabels, useMembers } from "../data/lookups.js";
import { highlight, parseSearch, type SearchQuery } from "../data/searchQuery.js";
import type { PageOf } from "../data/types.js";
import { ui } from "../data/ui.js";
import type { InboxRoute } from "../route.js";
import { textOf } from "../thread/content/Content.js";

type Hit = z.infer<typeof searchHitDto>;
const operators = ["from:", "in:", "is:", "label:", "before:", "after:"];

function useLater(value: string, ms: number): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return later;
}

/** The words around the first that was found. */
function around(text: string, q: string): string {
  const first = q.split(/\s+/)[0] ?? "";
  const at = text.toLocaleLowerCase().indexOf(first.toLocaleLowerCase());
  return at > 80 ? `…${text.slice(at - 60)}` : text;
}

function Words({ text, q }: { text: string; q: string }) {
  return (
    <bdi className="line-clamp-2 [overflow-wrap:anywhere]">
      {highlight(around(text, q).slice(0, 400), q).map((part, index) =>
        part.hit ? (
          <mark key={index} className="rounded-sm bg-note px-0.5 text-on-note">
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </bdi>
  );
}

/** The list of conversations that operators without a word ask for; null when they say what no list can be narrowed by. */
function listOf({ q: _, unknown, from, since, before, ...filters }: SearchQuery): URLSearchParams | null {
  const { is, in: place, label } = filters;
  if (unknown.length > 0 || from || since || before || !(is ?? place ?? label)) return null;
  return new URLSearchParams({
    status: is ?? "any",
    ...(label ? { label } : {}),
    ...(place ? { [place.includes("_") ? "channel_account_id" : "channel"]: place } : {}),
  });
}

/** Looks through everything that was said. Hits stand under their conversation. */
export function SearchDialog({ route }: { route: InboxRoute }) {
  const { t } = useTranslation("inbox");
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const asked = useLater(text, 250);
  const memberList = useMembers();
  const members = useById(memberList);
  const labels = useLabels();
  const channels = useChannels();
  const query = useMemo(
    () => parseSearch(asked, { members: memberList, labels, channels }, new Date()),
    [asked, memberList, labels, channels],
  );
  const { q, unknown, ...filters } = query;
  const { workspaceId } = route.place;
  const found = useInfiniteQuery({
    queryKey: ["w", workspaceId, "search", q, filters],
    queryFn: ({ pageParam, signal }) =>
      call<PageOf<Hit>>("/search/messages", {
        workspaceId,
        signal,
        query: { q, ...filters, limit: 25, cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: q.length > 0,
  });
  const groups = useMemo(() => {
    const byConversation = new Map<string, Hit[]>();
    for (const hit of found.data?.pages.flatMap(({ data }) => data) ?? [])
      byConversation.set(hit.conversation.id, [...(byConversation.get(hit.conversation.id) ?? []), hit]);
    return [...byConversation.values()];
  }, [found.data]);
  const input = useRef<HTMLInputElement>(null);
  const list = q === "" ? listOf(query) : null;
  const close = () => ui.set({ search: false });
  const show = ({ conversation, message }: Hit) => {
    close();
    void navigate(`${route.root}/all/${conversation.id}?status=any&message=${message.id}`);
  };
  const showList = () => {
    close();
    void navigate(`${route.root}/all?${list!.toString()}`);
  };
  // Until the answer to what stands there has come, the list is of what was asked before.
  const answered = text === asked && (q === "" || !found.isPending);
  /** What stood there when Enter came before its answer: then the first that is found is meant. */
  const hasty = useRef<string>(undefined);
  useEffect(() => {
    if (!answered || hasty.current === undefined) return;
    const meant = hasty.current === text;
    hasty.current = undefined;
    const first = groups[0]?.[0];
    if (meant && first) show(first);
    else if (meant && list) showList();
  });
  // Of what was there before something may still be chosen: then it is the first of what is there now.
  const [picked, setPicked] = useState("");
  const choices = [
    ...(list ? ["list"] : []),
    ...groups.flatMap((hits) => hits.map(({ message }) => message.id)),
    ...(found.hasNextPage ? ["more"] : []),
  ];
  const chosen = choices.includes(picked) ? picked : (choices[0] ?? "");
  const nobody = q.length > 0 && found.isSuccess && groups.length === 0 && !found.hasNextPage;
  return (
    <Parts.Root open onOpenChange={(open) => !open && close()}>
      <Parts.Portal>
        <Parts.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_16/0.45)]" />
        <Parts.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[8vh] z-40 mx-auto max-w-2xl animate-pop overflow-hidden rounded-card border bg-bg shadow-pop"
        >
          <Parts.Title className="sr-only">{t("search.title")}</Parts.Title>
          <Command
            label={t("search.title")}
            shouldFilter={false}
            loop
            value={chosen}
            onValueChange={setPicked}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.target !== input.current) return;
              if (event.nativeEvent.isComposing || answered) return;
              event.preventDefault();
              hasty.current = text;
            }}
          >
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search className="size-4 shrink-0 text-text-3" aria-hidden="true" />
              <Command.Input
                ref={input}
                autoFocus
                value={text}
                onValueChange={setText}
                placeholder={t("search.placeholder")}
                className="h-12 w-full bg-transparent text-message outline-none"
              />
              {found.isFetching && <Spinner label={t("search.looking")} className="text-text-3" />}
            </div>
            <div className="flex flex-wrap items-center gap-1.5 border-b px-4 py-2 text-meta text-text-3">
              {operators.map((operator) => (
                <button
                  key={operator}
                  type="button"
                  onClick={() => {
                    setText(`${text}${text && !text.endsWith(" ") ? " " : ""}${operator}`);
                    input.current?.focus();
                  }}
                  className="h-6 rounded-control bg-surface-2 px-1.5 font-mono text-text-2 hover:text-text"
                >
                  {operator}
                </button>
              ))}
              {unknown.length > 0 && (
                <span className="text-warning">{t("search.unknown", { words: unknown.join(" ") })}</span>
              )}
            </div>
            <Command.List className="max-h-[60vh] overflow-y-auto p-1.5">
              {q === "" && !list && (
                <p className="p-5 text-center text-text-3">
                  {Object.keys(filters).length > 0 ? t("search.addWord") : t("search.hint")}
                </p>
              )}
              {list && (
                <Command.Item
                  value="list"
                  onSelect={showList}
                  className="flex min-h-9 cursor-default items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-surface-2"
                >
                  <ListFilter className="size-4 text-text-3" aria-hidden="true" />
                  {t("search.showAll")}
                </Command.Item>
              )}
              {found.error && <ErrorState inline error={found.error} onRetry={() => void found.refetch()} />}
              {nobody && <p className="p-5 text-center text-text-3">{t("search.none")}</p>}
              {groups.map((hits) => {
                const { conversation } = hits[0]!;
                const name = conversation.contact.name ?? t("row.nameless");
                return (
                  <Command.Group
                    key={conversation.id}
                    heading={
                      <span className="flex items-center gap-2 px-2 pt-2 pb-1">
                        <Avatar name={name} seed={conversation.contact.id} size={22} channel={conversation.channel} />
                        <bdi className="font-medium text-text">{name}</bdi>
                        <span className="text-meta text-text-3">{t(`status.${conversation.status}`)}</span>
                      </span>
                    }
                  >
                    {hits.map(({ message }) => (
                      <Command.Item
                        key={message.id}
                        value={message.id}
                        onSelect={() => show({ conversation, message })}
                        className="flex cursor-default items-start gap-3 rounded-control px-2.5 py-1.5 data-[selected=true]:bg-surface-2"
                      >
                        <span className="min-w-0 flex-1">
                          <span className="block text-meta text-text-3">
                            {message.direction === "in"
                              ? name
                              : message.author.id
                                ? (members.get(message.author.id)?.name ?? t("author.agent"))
                                : t("author.agent")}
                            {message.direction === "note" && ` · ${t("message.note")}`}
                          </span>
                          <Words text={textOf(message.content)} q={q} />
                        </span>
                        <Time at={message.at} as="short" className="shrink-0 text-meta text-text-3" />
                      </Command.Item>
                    ))}
                  </Command.Group>
                );
              })}
              {found.hasNextPage && (
                <Command.Item
                  value="more"
                  onSelect={() => void found.fetchNextPage()}
                  className="cursor-default rounded-control px-2.5 py-2 text-center font-medium text-brand data-[selected=true]:bg-surface-2"
                >
                  {t("search.more")}
                </Command.Item>
              )}
            </Command.List>
          </Command>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
