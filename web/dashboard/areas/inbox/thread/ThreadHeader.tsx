import {
  AlarmClock,
  ArrowLeft,
  Ban,
  Check,
  ChevronDown,
  Ellipsis,
  Flag,
  Mail,
  PanelRight,
  RotateCcw,
  Tag,
  Users,
  Zap,
} from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Badge, Chip } from "../../../components/ui/Badge.js";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { ChannelGlyph } from "../../../components/ui/ChannelGlyph.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Time } from "../../../components/ui/Time.js";
import { useById, useChannels, useLabels, useMembers, useTeams } from "../data/lookups.js";
import { usePresent } from "../data/presence.js";
import type { ConversationDto } from "../data/types.js";
import { ui, type PickerKind } from "../data/ui.js";
import { PriorityMark } from "../list/ConversationRow.js";

export interface HeaderActions {
  resolve: () => void;
  reopen: () => void;
  unread: () => void;
  block: (blocked: boolean) => void;
  back: () => void;
  toggleDetails: () => void;
}

function Viewers({ conversation, me }: { conversation: ConversationDto; me: string }) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const others = usePresent(conversation.id).filter(({ member_id: id }) => id !== me);
  if (others.length === 0) return null;
  const names = others.map(({ member_id: id }) => members.get(id)?.name ?? "?").join(", ");
  return (
    <span className="flex -space-x-1.5 rtl:space-x-reverse" title={t("presence.viewing", { names })}>
      <span className="sr-only">{t("presence.viewing", { names })}</span>
      {others.slice(0, 4).map(({ member_id: id }) => (
        <Avatar
          key={id}
          name={members.get(id)?.name ?? "?"}
          seed={id}
          size={22}
          className="rounded-full ring-2 ring-success"
        />
      ))}
    </span>
  );
}

const tones = { open: "success", pending: "info", snoozed: "warning", resolved: "neutral" } as const;

/** Whose conversation it is, in what state, and what can be done with it. */
export function ThreadHeader({
  conversation,
  me,
  may,
  mayBlock,
  actions,
  phone,
  detailsOpen,
}: {
  conversation: ConversationDto;
  me: string;
  /** May change conversations. */
  may: boolean;
  /** The channel can keep its customers from writing. */
  mayBlock: boolean;
  actions: HeaderActions;
  phone: boolean;
  detailsOpen: boolean;
}) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const teams = useById(useTeams());
  const labels = useById(useLabels());
  const channels = useById(useChannels());
  const { contact, status, priority, blocked_by_us: blocked } = conversation;
  const name = contact.name ?? t("row.nameless");
  const account = channels.get(conversation.channel_account_id);
  const assignee = conversation.assignee_id === null ? undefined : members.get(conversation.assignee_id);
  const team = conversation.team_id === null ? undefined : teams.get(conversation.team_id);
  const pick = (kind: PickerKind) => ui.set({ picker: { kind, ids: [conversation.id] } });
  const shownLabels = conversation.labels.flatMap((id) => labels.get(id) ?? []);
  const menu = [
    {
      items: [
        { label: t("action.labels"), icon: <Tag aria-hidden="true" />, keys: "L", onSelect: () => pick("labels") },
        { label: t("action.priority"), icon: <Flag aria-hidden="true" />, keys: "P", onSelect: () => pick("priority") },
        { label: t("action.team"), icon: <Users aria-hidden="true" />, onSelect: () => pick("team") },
        { label: t("composer.macros"), icon: <Zap aria-hidden="true" />, onSelect: () => pick("macros") },
        { label: t("action.markUnread"), icon: <Mail aria-hidden="true" />, keys: "U", onSelect: actions.unread },
      ],
    },
    ...(mayBlock
      ? [
          {
            items: [
              {
                label: blocked ? t("action.unblock") : t("action.block"),
                icon: <Ban aria-hidden="true" />,
                danger: !blocked,
                onSelect: () => actions.block(!blocked),
              },
            ],
          },
        ]
      : []),
  ];
  return (
    <header className="@container flex min-h-14 shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1 border-b bg-bg px-3 py-2">
      {phone && (
        <IconButton
          label={t("action.backToList")}
          icon={<ArrowLeft aria-hidden="true" className="rtl:-scale-x-100" />}
          onClick={actions.back}
          className="-ms-1.5"
        />
      )}
      <div className="flex min-w-0 flex-1 basis-40 items-center gap-2.5">
        <div className="min-w-0">
          <h2 className="flex items-center gap-1.5">
            <bdi className="truncate text-section leading-5 font-semibold">{name}</bdi>
            <PriorityMark priority={priority} />
            {status !== "open" && (
              <Badge tone={tones[status]}>
                {t(`status.${status}`)}
                {status === "snoozed" && conversation.snoozed_until && <Time at={conversation.snoozed_until} />}
              </Badge>
            )}
            {blocked && <Badge tone="danger">{t("header.blocked")}</Badge>}
            {conversation.blocked && <Badge tone="danger">{t("header.blockedYou")}</Badge>}
          </h2>
          <div className="flex min-w-0 items-center gap-1.5 text-meta text-text-3">
            <ChannelGlyph kind={conversation.channel} size={12} label />
            {[account, team].map(
              (one) =>
                one && (
                  <Fragment key={one.id}>
                    <span>·</span>
                    <bdi className="truncate">{one.name}</bdi>
                  </Fragment>
                ),
            )}
          </div>
        </div>
        {shownLabels.length > 0 && (
          <span className="hidden shrink-0 gap-1 @2xl:flex">
            {shownLabels.slice(0, 3).map((label) => (
              <Chip key={label.id} color={label.color}>
                {label.name}
              </Chip>
            ))}
          </span>
        )}
      </div>
      <div className="ms-auto flex items-center gap-1">
        <Viewers conversation={conversation} me={me} />
        {may && (
          <>
            <Button size="sm" variant="ghost" onClick={() => pick("assign")} className="max-w-44">
              <span className="sr-only">{t("action.assign")}</span>
              {assignee ? (
                <>
                  <Avatar name={assignee.name} seed={assignee.id} size={18} />
                  <bdi className={phone ? "sr-only" : "truncate"}>
                    {assignee.id === me ? t("header.me") : assignee.name}
                  </bdi>
                </>
              ) : (
                <span>{t("header.unassigned")}</span>
              )}
              <ChevronDown aria-hidden="true" />
            </Button>
            <IconButton
              size="sm"
              label={t("action.snooze")}
              keys="H"
              icon={<AlarmClock aria-hidden="true" />}
              onClick={() => pick("snooze")}
            />
            {status === "resolved" ? (
              <Button size="sm" onClick={actions.reopen}>
                <RotateCcw aria-hidden="true" />
                {t("action.reopen")}
              </Button>
            ) : (
              <Button size="sm" onClick={actions.resolve} title="E">
                <Check aria-hidden="true" />
                {t("action.resolve")}
              </Button>
            )}
            <Menu
              align="end"
              sections={menu}
              trigger={
                <button
                  type="button"
                  aria-label={t("header.more")}
                  className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
                >
                  <Ellipsis className="size-4" aria-hidden="true" />
                </button>
              }
            />
          </>
        )}
        <IconButton
          size="sm"
          label={t("header.details")}
          aria-pressed={detailsOpen}
          icon={<PanelRight aria-hidden="true" className="rtl:-scale-x-100" />}
          onClick={actions.toggleDetails}
          className={detailsOpen ? "bg-surface-2 text-text" : undefined}
        />
      </div>
    </header>
  );
}
