import { Copy, Forward, Info, Pencil, Reply, StickyNote, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import type { MenuItem } from "../../../components/ui/Menu.js";
import { toast } from "../../../components/ui/toast.js";
import type { MessageDto } from "../data/types.js";
import { ui } from "../data/ui.js";
import { textOf } from "./content/Content.js";
import type { ThreadContext } from "./MessageItem.js";

const arrived = (message: MessageDto) => ["sent", "delivered", "read"].includes(message.status);

/** Why a message of ours cannot be edited or deleted; undefined: it can. */
function useObstacles(message: MessageDto, context: ThreadContext): { edit?: string; remove?: string } {
  const { t } = useTranslation("inbox");
  const { capabilities: can } = context;
  const channel = channelName(context.channel);
  if (message.direction === "note" || !can) return {};
  const within = can.remove.outWithinMs;
  const tooLate = within !== undefined && Date.now() - Date.parse(message.at) > within;
  return {
    ...(message.status === "scheduled" || can.edit.out ? {} : { edit: t("why.noEdit", { channel }) }),
    ...(!can.remove.out
      ? { remove: t("why.noRemove", { channel }) }
      : tooLate
        ? { remove: t("why.removeTooLate", { channel, count: Math.round(within / 3_600_000) }) }
        : {}),
  };
}

/** What can be done to a message. What its channel cannot do stays in the list, with the reason. */
export function useMenuItems(message: MessageDto, context: ThreadContext): MenuItem[] {
  const { t } = useTranslation("inbox");
  const can = context.capabilities;
  const why = useObstacles(message, context);
  const out = message.direction === "out";
  const note = message.direction === "note";
  const mine = note || (out && message.author.kind !== "business");
  const textual = message.content.kind === "text" || message.content.kind === "media";
  const later = message.status === "scheduled";
  const gone = message.content.kind === "removed" || message.removed_at !== null;
  const text = textOf(message.content);
  const items: (MenuItem | false)[] = [
    context.maySend &&
      !note &&
      !gone && {
        label: t("action.reply"),
        icon: <Reply aria-hidden="true" className="rtl:-scale-x-100" />,
        why: can?.reply === false ? t("why.noReply", { channel: channelName(context.channel) }) : undefined,
        onSelect: () => context.reply(message),
      },
    text !== "" && {
      label: t("action.copyText"),
      icon: <Copy aria-hidden="true" />,
      onSelect: () =>
        void navigator.clipboard.writeText(text).then(() => toast.done(t("message.copied")), toast.failed),
    },
    context.maySend &&
      !note &&
      !gone && {
        label: t("action.forward"),
        icon: <Forward aria-hidden="true" />,
        onSelect: () => context.forward(message),
      },
    context.maySend &&
      mine &&
      textual &&
      !gone &&
      (note || later || arrived(message)) && {
        label: t("action.edit"),
        icon: <Pencil aria-hidden="true" />,
        why: why.edit,
        onSelect: () => context.edit(message),
      },
    message.direction === "in" && {
      label: t("action.unreadFrom"),
      icon: <StickyNote aria-hidden="true" />,
      onSelect: () => context.unreadFrom(message),
    },
    {
      label: t("action.details"),
      icon: <Info aria-hidden="true" />,
      onSelect: () => ui.set({ details: message.id }),
    },
    context.maySend &&
      mine &&
      !gone &&
      (note || arrived(message)) && {
        label: note ? t("action.deleteNote") : t("action.deleteForAll"),
        icon: <Trash2 aria-hidden="true" />,
        danger: true,
        why: why.remove,
        onSelect: () => context.remove(message),
      },
  ];
  return items.filter((item) => item !== false);
}
