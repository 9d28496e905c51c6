import {
  CalendarClock,
  Check,
  CheckCheck,
  CircleAlert,
  CircleHelp,
  CircleSlash,
  Clock,
  type LucideIcon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { cx } from "../../../components/ui/cx.js";
import { Tooltip } from "../../../components/ui/Tooltip.js";
import { formatInstant } from "../../../i18n/format.js";
import type { Capabilities, MessageDto } from "../data/types.js";

const icons: Partial<Record<MessageDto["status"], LucideIcon>> = {
  scheduled: CalendarClock,
  queued: Clock,
  sending: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
  unknown: CircleHelp,
  cancelled: CircleSlash,
};

/** How far a message of ours has come, as a sign with its words. Says so where the channel does not tell. */
export function Ticks({
  message,
  channel,
  receipts,
}: {
  message: MessageDto;
  channel: string;
  receipts: Capabilities["receipts"] | undefined;
}) {
  const { t, i18n } = useTranslation("inbox");
  const Icon = icons[message.status];
  if (!Icon) return null;
  const time = (at: string | null) => (at ? formatInstant(new Date(at), "time", i18n.language, Date.now()) : "");
  const label = t(`delivery.${message.status}`, {
    time: time(message.read_at ?? message.delivered_at ?? message.sent_at),
  });
  const silent = message.status === "sent" && receipts && !receipts.delivered && !receipts.read;
  const hint = silent
    ? t("delivery.notReported", { channel: channelName(channel) })
    : t(`deliveryHint.${message.status}`);
  // Words stand beside the sign where it is not the usual course of things.
  const spoken = message.status === "read" ? t("delivery.read", { time: time(message.read_at) }) : label;
  const shown = ["failed", "unknown", "cancelled", "scheduled", "read"].includes(message.status);
  return (
    <Tooltip label={hint} side="top">
      <span
        tabIndex={0}
        className={cx(
          "inline-flex items-center gap-1 rounded",
          message.status === "failed" && "text-danger",
          message.status === "unknown" && "text-warning",
          message.status === "read" && "text-brand",
        )}
      >
        <Icon className="size-3.5" aria-hidden="true" />
        <span className={shown ? "" : "sr-only"}>
          {message.status === "scheduled" && message.scheduled_at
            ? t("delivery.scheduledFor", {
                time:
                  formatInstant(new Date(message.scheduled_at), "short", i18n.language, Date.now()) +
                  " " +
                  time(message.scheduled_at),
              })
            : spoken}
        </span>
      </span>
    </Tooltip>
  );
}
