import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";
import { Banner } from "../../../components/ui/states.js";
import { formatBytes, formatNumber } from "../../../i18n/format.js";
import { useById, useMembers } from "../data/lookups.js";
import { usePresent } from "../data/presence.js";
import type { DraftDto, ReplyPolicy } from "../data/types.js";
import type { Mode, SaveState } from "./drafts.js";

/** Whether it goes to the customer or stays here; beside it, where nothing has to make room for it, whether it is kept. */
export function ModeTabs({
  mode,
  saving,
  onChange,
}: {
  mode: Mode;
  saving: SaveState;
  onChange: (mode: Mode) => void;
}) {
  const { t } = useTranslation("inbox");
  return (
    <div className="flex items-center justify-between gap-3 border-b border-current/10 px-2 pt-1">
      <div role="tablist" aria-label={t("composer.mode")} className="flex gap-1">
        {(["reply", "note"] as const).map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={mode === one}
            tabIndex={mode === one ? 0 : -1}
            onClick={() => onChange(one)}
            onKeyDown={(event) => {
              if (event.key === "ArrowLeft" || event.key === "ArrowRight") onChange(one === "reply" ? "note" : "reply");
            }}
            className={cx(
              "-mb-px min-h-8 border-b-2 px-2 font-medium",
              mode === one ? "border-current" : "border-transparent opacity-75 hover:opacity-100",
            )}
          >
            {one === "reply" ? t("composer.reply") : t("composer.note")}
          </button>
        ))}
      </div>
      {saving === "failed" && <span className="truncate px-1 text-meta text-warning">{t("composer.draftFailed")}</span>}
      {saving === "saved" && <span className="truncate px-1 text-meta opacity-75">{t("composer.draftSaved")}</span>}
    </div>
  );
}

/** Which message is answered. */
export function QuoteChip({ quote, onRemove }: { quote: string; onRemove: () => void }) {
  const { t } = useTranslation("inbox");
  return (
    <div className="mx-3 mt-2 flex items-start gap-2 rounded-control border-s-2 border-brand bg-surface-1 py-1 ps-2.5 pe-1 text-meta text-text-2">
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{t("message.replyTo")}</span>
        <bdi className="line-clamp-2">{quote}</bdi>
      </span>
      <button
        type="button"
        aria-label={t("composer.noReplyTo")}
        onClick={onRemove}
        className="grid size-6 place-items-center rounded-control hover:bg-surface-2"
      >
        <X className="size-3.5" aria-hidden="true" />
      </button>
    </div>
  );
}

/** Why nothing can be sent now, and what can be done instead. */
export function ClosedNotice({
  policy,
  onTemplate,
  onNote,
}: {
  policy: ReplyPolicy;
  onTemplate: () => void;
  onNote: () => void;
}) {
  const { t } = useTranslation("inbox");
  const template = policy.reason === "window_closed" && policy.capabilities?.sends.includes("template") === true;
  const waits = policy.reason === "window_closed" || policy.reason === "blocked";
  const ours = policy.reason === "blocked_by_us" ? t("closedHint.unblock") : policy.sentence;
  const hint = template ? t("closedHint.template") : waits ? t("closedHint.wait") : ours;
  return (
    <div className="flex flex-col items-start gap-2 px-3 py-3">
      <p className="font-medium">{t(`closed.${policy.reason ?? "other"}`, { defaultValue: t("closed.other") })}</p>
      {hint && <p className="text-meta text-text-2">{hint}</p>}
      <div className="flex flex-wrap gap-2">
        {template && (
          <Button variant="primary" size="sm" onClick={onTemplate}>
            {t("template.choose")}
          </Button>
        )}
        <Button size="sm" onClick={onNote}>
          {t("composer.writeNote")}
        </Button>
      </div>
    </div>
  );
}

/** More was pasted than a message holds: it was not taken, and what stood there still does. */
export function TooMuch({
  length,
  most,
  onDismiss,
  onFile,
}: {
  length: number;
  most: number;
  onDismiss: () => void;
  onFile: (() => void) | undefined;
}) {
  const { t, i18n } = useTranslation("inbox");
  return (
    <div className="px-3 pb-2">
      <Banner
        tone="danger"
        onDismiss={onDismiss}
        action={
          onFile && (
            <Button size="sm" onClick={onFile}>
              {t("composer.asFile")}
            </Button>
          )
        }
      >
        {t("composer.tooMuch", {
          size: formatBytes(length, i18n.language),
          most: formatNumber(most, i18n.language),
        })}
      </Banner>
    </div>
  );
}

/** The same draft was written on in another window: nothing is thrown away without being asked. */
export function OtherDraft({ draft, onSettle }: { draft: DraftDto; onSettle: (which: "theirs" | "mine") => void }) {
  const { t } = useTranslation("inbox");
  return (
    <div className="px-3 pb-2">
      <Banner
        tone="warning"
        action={
          <span className="flex flex-wrap gap-2">
            <Button size="sm" onClick={() => onSettle("theirs")}>
              {t("draft.theirs")}
            </Button>
            <Button size="sm" onClick={() => onSettle("mine")}>
              {t("draft.mine")}
            </Button>
          </span>
        }
      >
        {t("draft.elsewhere")}
        <bdi className="line-clamp-2 block text-meta">{draft.text}</bdi>
      </Banner>
    </div>
  );
}

/** Who of us is writing to the same customer. */
export function Replying({ conversationId, me }: { conversationId: string; me: string }) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const others = usePresent(conversationId).filter(({ member_id: id, state }) => id !== me && state === "typing");
  const name = others.map(({ member_id: id }) => members.get(id)?.name ?? "?").join(", ");
  return (
    <p role="status" className="min-h-5 px-1 text-meta text-text-3">
      {others.length > 0 && t("presence.replying", { count: others.length, name })}
    </p>
  );
}
