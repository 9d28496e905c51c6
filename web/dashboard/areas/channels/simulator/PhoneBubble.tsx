import { Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cx } from "../../../components/ui/cx.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Time } from "../../../components/ui/Time.js";
import type { PhoneMessage } from "./simulatorQueries.js";

const reactions = ["👍", "❤️", "😂"] as const;

/** One message on the phone, with what the customer can do about it. */
export function PhoneBubble({
  message,
  onReact,
  onReply,
  onEdit,
  onRemove,
}: {
  message: PhoneMessage;
  onReact: (emoji: string) => void;
  onReply: () => void;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation("channels");
  const own = message.from === "customer";
  return (
    <div className={cx("group flex items-end gap-1", own ? "flex-row-reverse self-end" : "self-start")}>
      <div
        className={cx(
          "max-w-56 rounded-bubble px-3 py-1.5 text-message",
          own ? "rounded-ee-sm bg-brand-soft" : "rounded-es-sm border bg-bg",
        )}
      >
        <span className="sr-only">{own ? t("phone.fromCustomer") : t("phone.fromBusiness")} </span>
        <p dir="auto" className="[overflow-wrap:anywhere] whitespace-pre-wrap">
          {message.text}
        </p>
        <Time at={message.at} as="time" className="block text-end text-[11px] leading-4 text-text-3" />
      </div>
      <Menu
        align={own ? "end" : "start"}
        sections={[
          { items: [{ label: t("act.reply"), onSelect: onReply }] },
          {
            items: reactions.map((emoji) => ({
              label: t("phone.react", { emoji }),
              onSelect: () => onReact(emoji),
            })),
          },
          ...(own
            ? [
                {
                  items: [
                    { label: t("act.edit"), onSelect: onEdit },
                    { label: t("act.remove"), danger: true, onSelect: onRemove },
                  ],
                },
              ]
            : []),
        ]}
        trigger={
          <button
            type="button"
            aria-label={t("phone.actions")}
            className="grid size-6 place-items-center rounded-control text-text-3 hover:bg-surface-2 hover:text-text"
          >
            <Ellipsis className="size-4" aria-hidden="true" />
          </button>
        }
      />
    </div>
  );
}
