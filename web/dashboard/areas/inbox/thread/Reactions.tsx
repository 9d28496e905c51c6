import { Plus, SmilePlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/ui/Button.js";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { cx } from "../../../components/ui/cx.js";
import { Popover } from "../../../components/ui/Popover.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import type { MessageDto } from "../data/types.js";
import type { ThreadContext } from "./MessageItem.js";
import { messageActions } from "./messageActions.js";

const EmojiPanel = lazy(async () => ({ default: (await import("../composer/EmojiPanel.js")).EmojiPanel }));

/** Offered first, where the channel takes them. */
const usual = ["👍", "❤️", "😂", "😁", "🎉", "😮", "😢", "🙏"];
const usualMost = 6;
const columns = 8;
const plain = (emoji: string) => emoji.replaceAll("\uFE0F", "");

/** The reactions a message has got; pressing one gives or takes back ours. */
export function Reactions({ message, context }: { message: MessageDto; context: ThreadContext }) {
  const { t } = useTranslation("inbox");
  if (message.reactions.length === 0) return null;
  const counted = new Map<string, { count: number; mine: boolean }>();
  for (const { emoji, author } of message.reactions) {
    const before = counted.get(emoji) ?? { count: 0, mine: false };
    counted.set(emoji, { count: before.count + 1, mine: before.mine || author.kind !== "contact" });
  }
  const may = context.maySend && context.capabilities?.reaction.out === true;
  return (
    <span className="-mt-1.5 flex flex-wrap gap-1 px-2">
      {[...counted].map(([emoji, { count, mine }]) => (
        <button
          key={emoji}
          type="button"
          disabled={!may}
          aria-pressed={mine}
          aria-label={t("reaction.label", { emoji, count })}
          onClick={() => void messageActions.react(context.workspaceId, message.id, mine ? null : emoji)}
          className={cx(
            "relative inline-flex h-6 items-center gap-1 rounded-full border bg-bg px-1.5 text-meta",
            mine && "border-brand",
          )}
        >
          <span>{emoji}</span>
          {count > 1 && <span className="tabular">{count}</span>}
        </button>
      ))}
    </span>
  );
}

/** Moves the focus through a grid of buttons by the arrow keys. */
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const turned = document.dir === "rtl" && Math.abs(step) === 1 ? -step : step;
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[Math.min(buttons.length - 1, Math.max(0, at + turned))]?.focus();
}

function Choices({ emoji, onPick }: { emoji: readonly string[]; onPick: (emoji: string) => void }) {
  const { t } = useTranslation("inbox");
  return (
    <>
      {emoji.map((one) => (
        <button
          key={one}
          type="button"
          aria-label={t("reaction.add", { emoji: one })}
          onClick={() => onPick(one)}
          className="grid size-9 place-items-center rounded-control text-lg hover:bg-surface-2"
        >
          {one}
        </button>
      ))}
    </>
  );
}

/** Gives a message a reaction: one of the usual, or any other that the channel takes. */
export function React({ message, context }: { message: MessageDto; context: ThreadContext }) {
  const { t } = useTranslation("inbox");
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const { reaction } = context.capabilities!;
  const taken = reaction.emoji;
  if (!reaction.out)
    return (
      <IconButton
        size="sm"
        aria-disabled="true"
        className="opacity-50"
        label={t("why.noReaction", { channel: channelName(context.channel) })}
        icon={<SmilePlus aria-hidden="true" />}
      />
    );
  const first = usual.filter((one) => taken?.includes(plain(one)) ?? true).slice(0, usualMost);
  const pick = (emoji: string) => {
    setOpen(false);
    void messageActions.react(context.workspaceId, message.id, emoji);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setAll(false);
      }}
      label={t("action.react")}
      className="p-1"
      trigger={<IconButton size="sm" label={t("action.react")} icon={<SmilePlus aria-hidden="true" />} />}
    >
      {!all && (
        <div className="flex gap-0.5" onKeyDown={walk}>
          <Choices emoji={first} onPick={pick} />
          <button
            type="button"
            aria-label={t("reaction.more")}
            onClick={() => setAll(true)}
            className="grid size-9 place-items-center rounded-control text-text-2 hover:bg-surface-2"
          >
            <Plus className="size-4" aria-hidden="true" />
          </button>
        </div>
      )}
      {all && taken && (
        <div
          ref={(grid) => grid?.querySelector("button")?.focus()}
          className="grid max-h-72 grid-cols-8 overflow-y-auto"
          onKeyDown={walk}
        >
          <Choices emoji={taken} onPick={pick} />
        </div>
      )}
      {all && !taken && (
        <Suspense fallback={<PageSpinner />}>
          <EmojiPanel onPick={pick} />
        </Suspense>
      )}
    </Popover>
  );
}
