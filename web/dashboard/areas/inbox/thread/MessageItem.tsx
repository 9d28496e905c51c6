import { CornerUpRight, Ellipsis, Reply, StickyNote } from "lucide-react";
import { memo, startTransition, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { IconButton } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Time } from "../../../components/ui/Time.js";
import type { Placed } from "../data/threadCache.js";
import type { Capabilities, Member, MessageDto } from "../data/types.js";
import { ui } from "../data/ui.js";
import { Content, textOf } from "./content/Content.js";
import { Failure } from "./Failure.js";
import { Ticks } from "./Ticks.js";
import { messageActions } from "./messageActions.js";
import { useMenuItems } from "./messageMenu.js";
import { Quote } from "./Quote.js";
import { React, Reactions } from "./Reactions.js";
import { isReferred, Referral } from "./Referral.js";

/** What a message of the thread can ask for; the same object as long as the thread is the same. */
export interface ThreadContext {
  workspaceId: string;
  me: string;
  channel: string;
  contactName: string;
  contactId: string;
  members: ReadonlyMap<string, Member>;
  capabilities: Capabilities | undefined;
  maySend: boolean;
  reply: (message: MessageDto) => void;
  edit: (message: MessageDto) => void;
  remove: (message: MessageDto) => void;
  forward: (message: MessageDto) => void;
  unreadFrom: (message: MessageDto) => void;
  goTo: (messageId: string) => void;
  useTemplate: () => void;
  /** Puts text into the composer. */
  takeText: (text: string) => void;
}

/** Who wrote it, by name. */
export function useAuthorName(message: MessageDto, context: ThreadContext): string {
  const { t } = useTranslation("inbox");
  const { kind, id, name } = message.author;
  switch (kind) {
    case "contact":
      return name ?? context.contactName;
    case "agent":
      return (id === null ? undefined : context.members.get(id)?.name) ?? name ?? t("author.agent");
    case "bot":
      return name ?? t("author.bot");
    case "business":
      return name ?? t("author.business");
    default:
      return name ?? t("author.api");
  }
}

/** How long a message has to stay before it gets its tools: while one scrolls they would cost more than all the rest of it. */
const toolsAfterMs = 150;

function Tools({ message, context }: { message: MessageDto; context: ThreadContext }) {
  const can = context.capabilities;
  const real = message.direction !== "note" && message.content.kind !== "removed";
  const mayReply = real && context.maySend && can?.reply === true;
  const mayReact =
    real && context.maySend && can !== undefined && (message.provider_id !== null || message.direction === "in");
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => startTransition(() => setReady(true)), toolsAfterMs);
    return () => clearTimeout(timer);
  }, []);
  if (ready) return <LiveTools message={message} context={context} mayReply={mayReply} mayReact={mayReact} />;
  // Their room is kept, so that nothing moves when they come.
  return (
    <span aria-hidden="true" className="flex shrink-0">
      {mayReply && <span className="w-7 max-md:hidden" />}
      {mayReact && <span className="w-7" />}
      <span className="w-7" />
    </span>
  );
}

interface ToolsProps {
  message: MessageDto;
  context: ThreadContext;
  mayReply: boolean;
  mayReact: boolean;
}

function LiveTools({ message, context, mayReply, mayReact }: ToolsProps) {
  const { t } = useTranslation("inbox");
  const items = useMenuItems(message, context);
  return (
    <span className="flex shrink-0 self-center opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100 pointer-coarse:opacity-100">
      {mayReply && (
        <IconButton
          size="sm"
          className="max-md:hidden"
          label={t("action.reply")}
          icon={<Reply aria-hidden="true" className="rtl:-scale-x-100" />}
          onClick={() => context.reply(message)}
        />
      )}
      {mayReact && <React message={message} context={context} />}
      <Menu
        align="end"
        sections={[{ items }]}
        trigger={
          <button
            type="button"
            aria-label={t("message.more")}
            className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2 hover:text-text"
          >
            <Ellipsis className="size-3.5" aria-hidden="true" />
          </button>
        }
      />
    </span>
  );
}

const looks = { in: "bg-surface-2 text-text", out: "bg-brand-soft text-text", note: "bg-note text-on-note" } as const;

function Foot({ message, context, last }: { message: MessageDto; context: ThreadContext; last: boolean }) {
  const { t } = useTranslation("inbox");
  const { status } = message;
  const telling = ["failed", "unknown", "cancelled", "scheduled", "queued", "sending"].includes(status);
  if (!last && !telling && !message.edited_at) return null;
  return (
    <span className="flex flex-wrap items-center gap-1.5 px-1 pt-0.5 text-meta text-text-3">
      <Time at={message.at} as="time" />
      {message.edited_at && (
        <button
          type="button"
          className="underline decoration-dotted underline-offset-2"
          onClick={() => ui.set({ details: message.id })}
        >
          {t("message.edited")}
        </button>
      )}
      {message.direction === "out" && (
        <Ticks message={message} channel={context.channel} receipts={context.capabilities?.receipts} />
      )}
      {status === "scheduled" && context.maySend && (
        <>
          <button
            type="button"
            className="link min-h-6 text-brand underline"
            onClick={() => void messageActions.sendNow(context.workspaceId, message.id)}
          >
            {t("action.sendNow")}
          </button>
          <button type="button" className="min-h-6 underline" onClick={() => context.edit(message)}>
            {t("action.edit")}
          </button>
        </>
      )}
      {(status === "scheduled" || status === "queued") && context.maySend && (
        <button
          type="button"
          className="min-h-6 underline"
          onClick={() => void messageActions.cancel(context.workspaceId, message.id)}
        >
          {t("action.cancelSend")}
        </button>
      )}
    </span>
  );
}

/** One message of the thread, with what belongs to it. Renders again only when something of it changes. */
export const MessageItem = memo(function MessageItem({
  placed,
  context,
  marked,
}: {
  placed: Placed;
  context: ThreadContext;
  /** It was looked for: it stands out for a moment. */
  marked: boolean;
}) {
  const { t } = useTranslation("inbox");
  const { message, first, last } = placed;
  const { direction, content } = message;
  const name = useAuthorName(message, context);
  const ours = direction !== "in";
  const bare = content.kind === "media" && content.media.role === "sticker";
  if (content.kind === "system" || content.kind === "referral")
    return (
      <div className="flex justify-center px-4 py-1.5 text-center text-text-3">
        {content.kind === "referral" && isReferred(message) ? (
          <Referral message={message} />
        ) : (
          <Content content={content} conversationId={message.conversation_id} />
        )}
      </div>
    );
  return (
    <article
      id={`message-${message.id}`}
      aria-label={t("message.by", { name })}
      className={cx("group/message flex gap-2 px-4", first ? "pt-2.5" : "pt-0.5", ours && "flex-row-reverse")}
    >
      <span className={cx("w-7 shrink-0 self-end pb-5", ours && "hidden")}>
        {last && !ours && <Avatar name={name} seed={message.author.id ?? context.contactId} size={28} />}
      </span>
      <div className={cx("flex max-w-[90%] min-w-0 flex-col md:max-w-[82%]", ours ? "items-end" : "items-start")}>
        {first && (direction === "note" || (ours && message.author.id !== context.me) || message.author.name) && (
          <span className="flex items-center gap-1 px-1 pb-0.5 text-meta text-text-3">
            {direction === "note" && <StickyNote className="size-3" aria-hidden="true" />}
            <bdi>{name}</bdi>
            {direction === "note" && <span>· {t("message.note")}</span>}
            {message.author.kind === "bot" && <span className="rounded bg-surface-2 px-1">{t("author.bot")}</span>}
          </span>
        )}
        <div className={cx("flex max-w-full items-start gap-1", ours && "flex-row-reverse")}>
          <div
            className={cx(
              "min-w-0 text-message",
              bare ? "" : cx("rounded-bubble px-3 py-1.5", looks[direction]),
              !bare && last && (ours ? "rounded-ee-[4px]" : "rounded-es-[4px]"),
              message.status === "cancelled" && "opacity-60",
              marked && "outline-2 outline-offset-2 outline-focus",
            )}
          >
            {message.forwarded_from !== null && (
              <span className="mb-0.5 flex items-center gap-1 text-meta opacity-80">
                <CornerUpRight className="size-3 rtl:-scale-x-100" aria-hidden="true" />
                {message.forwarded_from
                  ? t("message.forwardedFrom", { name: message.forwarded_from })
                  : t("message.forwarded")}
              </span>
            )}
            {isReferred(message) && <Referral message={message} />}
            <Quote message={message} workspaceId={context.workspaceId} goTo={context.goTo} />
            {message.removed_at !== null && content.kind !== "removed" ? (
              <em className="opacity-80">{t("message.removed")}</em>
            ) : (
              <Content content={content} conversationId={message.conversation_id} />
            )}
          </div>
          <Tools message={message} context={context} />
        </div>
        <Reactions message={message} context={context} />
        <Foot message={message} context={context} last={last} />
        {(message.status === "failed" || message.status === "unknown") && (
          <Failure
            reason={message.failure?.reason ?? "unknown"}
            detail={message.failure?.detail ?? null}
            code={message.failure?.provider_code ?? null}
            uncertain={message.status === "unknown"}
            text={textOf(content)}
            onRetry={context.maySend ? () => void messageActions.retry(context.workspaceId, message.id) : undefined}
            onEdit={context.maySend ? () => context.takeText(textOf(content)) : undefined}
            onDetails={() => ui.set({ details: message.id })}
            onTemplate={
              message.failure?.reason === "window_closed" && context.maySend ? context.useTemplate : undefined
            }
          />
        )}
      </div>
    </article>
  );
}, same);

type ItemProps = { placed: Placed; context: ThreadContext; marked: boolean };

/** Placing is done anew for the whole thread; what came out the same is not drawn again. */
function same(a: ItemProps, b: ItemProps): boolean {
  return (
    a.placed.message === b.placed.message &&
    a.placed.first === b.placed.first &&
    a.placed.last === b.placed.last &&
    a.context === b.context &&
    a.marked === b.marked
  );
}
