import {
  AlarmClock,
  ArrowDown,
  ArrowUp,
  Check,
  ChevronsUp,
  Clock,
  Hourglass,
  Mail,
  MailOpen,
  UserRound,
} from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Avatar } from "../../../components/ui/Avatar.js";
import { NumberBadge } from "../../../components/ui/Badge.js";
import { cx } from "../../../components/ui/cx.js";
import { Time } from "../../../components/ui/Time.js";
import { Tooltip } from "../../../components/ui/Tooltip.js";
import { formatNumber } from "../../../i18n/format.js";
import { useContactTyping, usePresent } from "../data/presence.js";
import type { ConversationDto, Label, Member } from "../data/types.js";
import { ui } from "../data/ui.js";

export interface RowActions {
  resolve: (id: string) => void;
  snooze: (id: string) => void;
  assign: (id: string) => void;
  toggleRead: (row: ConversationDto) => void;
  toggle: (id: string, range: boolean) => void;
}
interface Props {
  row: ConversationDto;
  to: string;
  index: number;
  active: boolean;
  me: string;
  members: ReadonlyMap<string, Member>;
  labels: ReadonlyMap<string, Label>;
  actions: RowActions;
}

const priorityIcons = { urgent: ChevronsUp, high: ArrowUp, medium: Clock, low: ArrowDown } as const;

/** The sign of a priority; nothing where there is none. */
export function PriorityMark({ priority }: { priority: ConversationDto["priority"] }) {
  const { t } = useTranslation("inbox");
  if (priority === "none" || priority === "medium") return null;
  const Icon = priorityIcons[priority];
  const names = { urgent: t("priority.urgent"), high: t("priority.high"), low: t("priority.low") };
  return (
    <span
      className={cx(
        "shrink-0",
        priority === "urgent" ? "text-danger" : priority === "high" ? "text-warning" : "text-text-3",
      )}
    >
      <Icon className="size-3.5" aria-label={names[priority]} role="img" />
    </span>
  );
}

function Preview({ row, me, members }: Pick<Props, "row" | "me" | "members">) {
  const { t } = useTranslation("inbox");
  const typing = useContactTyping(row.id);
  const others = usePresent(row.id).filter(({ member_id: id }) => id !== me);
  const writer = others.find(({ state }) => state === "typing");
  if (writer)
    return (
      <span className="text-brand">{t("presence.typing", { name: members.get(writer.member_id)?.name ?? "" })}</span>
    );
  if (typing) return <span className="text-brand">{t("presence.contactTyping")}</span>;
  const last = row.last_message;
  if (!last) return <span className="text-text-3">{t("row.empty")}</span>;
  return (
    <>
      {last.direction === "out" && <span className="text-text-3">{t("row.you")} </span>}
      {last.direction === "note" && <span className="text-on-note dark:text-on-note">{t("row.note")} </span>}
      <bdi>{last.preview || t(`kind.${last.kind}`, { defaultValue: last.kind })}</bdi>
    </>
  );
}

function QuickActions({ row, actions }: Pick<Props, "row" | "actions">) {
  const { t } = useTranslation("inbox");
  const unread = (row.unread_for_me ?? 0) > 0;
  const buttons = [
    {
      label: unread ? t("action.markRead") : t("action.markUnread"),
      icon: unread ? MailOpen : Mail,
      keys: "U",
      run: () => actions.toggleRead(row),
    },
    { label: t("action.assign"), icon: UserRound, keys: "A", run: () => actions.assign(row.id) },
    { label: t("action.snooze"), icon: AlarmClock, keys: "H", run: () => actions.snooze(row.id) },
    ...(row.status === "resolved"
      ? []
      : [{ label: t("action.resolve"), icon: Check, keys: "E", run: () => actions.resolve(row.id) }]),
  ];
  return (
    <span className="absolute end-2 top-1.5 hidden gap-0.5 rounded-control border bg-bg p-0.5 shadow-pop group-hover:flex pointer-coarse:group-hover:hidden">
      {buttons.map(({ label, icon: Icon, keys, run }) => (
        <Tooltip key={keys} label={label} keys={keys} side="top">
          <button
            type="button"
            tabIndex={-1}
            aria-label={label}
            onClick={run}
            className="grid size-6 place-items-center rounded-control text-text-2 hover:bg-surface-2 hover:text-text"
          >
            <Icon className="size-4" aria-hidden="true" />
          </button>
        </Tooltip>
      ))}
    </span>
  );
}

function Viewers({ row, me, members }: Pick<Props, "row" | "me" | "members">) {
  const { t } = useTranslation("inbox");
  const others = usePresent(row.id).filter(({ member_id: id }) => id !== me);
  if (others.length === 0) return null;
  const names = others.map(({ member_id: id }) => members.get(id)?.name ?? "?").join(", ");
  return (
    <span className="flex -space-x-1 rtl:space-x-reverse" title={t("presence.viewing", { names })}>
      <span className="sr-only">{t("presence.viewing", { names })}</span>
      {others.slice(0, 2).map(({ member_id: id }) => (
        <Avatar
          key={id}
          name={members.get(id)?.name ?? "?"}
          seed={id}
          size={20}
          className="rounded-full ring-2 ring-success"
        />
      ))}
    </span>
  );
}

/** How long the customer has waited, once it is worth saying. */
function Waiting({ since }: { since: string }) {
  const { t, i18n } = useTranslation("inbox");
  const minutes = Math.floor((Date.now() - Date.parse(since)) / 60_000);
  if (minutes < 10) return null;
  const span =
    minutes < 60
      ? { value: minutes, unit: "minute" }
      : minutes < 2_880
        ? { value: Math.floor(minutes / 60), unit: "hour" }
        : { value: Math.floor(minutes / 1_440), unit: "day" };
  const format = (unitDisplay: "narrow" | "long") =>
    formatNumber(span.value, i18n.language, { style: "unit", unit: span.unit, unitDisplay });
  const label = t("row.waiting", { time: format("long") });
  return (
    <span
      className={cx(
        "tabular flex shrink-0 items-center gap-0.5 text-meta",
        minutes < 60 ? "text-text-3" : "text-warning",
      )}
      title={label}
    >
      <Hourglass className="size-3" aria-hidden="true" />
      <span aria-hidden="true">{format("narrow")}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}

function Marks({ row, labels }: Pick<Props, "row" | "labels">) {
  const { t } = useTranslation("inbox");
  const known = row.labels.flatMap((id) => labels.get(id) ?? []);
  return (
    <>
      <PriorityMark priority={row.priority} />
      {row.status === "snoozed" && (
        <AlarmClock className="size-3.5 shrink-0 text-text-3" role="img" aria-label={t("status.snoozed")} />
      )}
      {known.length > 0 && (
        <span className="flex shrink-0 items-center gap-0.5" title={known.map(({ name }) => name).join(", ")}>
          {known.slice(0, 4).map(({ id, color }) => (
            <span key={id} className="size-2 rounded-full" style={{ background: color }} aria-hidden="true" />
          ))}
          <span className="sr-only">{known.map(({ name }) => name).join(", ")}</span>
        </span>
      )}
      {row.waiting_since !== null && row.status !== "resolved" && <Waiting since={row.waiting_since} />}
    </>
  );
}

/** One conversation of the list. Renders again only when something of it changes. */
export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { row, to, index, active, members, actions } = props;
  const { t } = useTranslation("inbox");
  const ticked = ui.use(({ selected }) => selected.has(row.id));
  const anyTicked = ui.use(({ selected }) => selected.size > 0);
  const cursor = ui.use((state) => state.cursor === row.id);
  // What only the pointer can reach is made when it is near: a list that is scrolled has little else to do.
  const [near, setNear] = useState(false);
  const unread = row.unread_for_me ?? 0;
  const name = row.contact.name ?? t("row.nameless");
  const assignee = row.assignee_id === null ? undefined : members.get(row.assignee_id);
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={active || ticked}
      data-row={row.id}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
      className={cx(
        "group relative border-b",
        active ? "bg-brand-soft" : ticked ? "bg-info-soft" : "hover:bg-surface-1",
        cursor && !active && !ticked && "bg-surface-1",
      )}
    >
      <div role="gridcell">
        <Link
          to={to}
          tabIndex={cursor || (active && ui.get().cursor === null) ? 0 : -1}
          aria-current={active ? "true" : undefined}
          onFocus={() => ui.set({ cursor: row.id })}
          onClick={(event) => {
            if (!event.shiftKey) return;
            event.preventDefault();
            actions.toggle(row.id, true);
          }}
          className="flex h-(--inbox-row) gap-3 px-3 py-2 outline-offset-[-2px] select-none compact:items-center compact:py-0"
        >
          <span className="relative shrink-0 compact:[&_*]:text-[10px]">
            <Avatar name={name} seed={row.contact.id} size={36} channel={row.channel} className="compact:scale-75" />
          </span>
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="flex items-center gap-1.5">
              <bdi className={cx("truncate", unread > 0 ? "font-semibold" : "font-medium")}>{name}</bdi>
              <Marks {...props} />
              <Time
                at={row.last_message?.at ?? row.created_at}
                as="short"
                className="ms-auto shrink-0 text-meta text-text-3"
              />
            </span>
            <span className="flex items-start gap-2">
              <span
                className={cx(
                  "line-clamp-2 min-w-0 flex-1 text-meta [overflow-wrap:anywhere] compact:line-clamp-1",
                  unread > 0 ? "text-text" : "text-text-2",
                )}
              >
                <Preview {...props} />
              </span>
              <span className="flex shrink-0 flex-row-reverse items-center gap-1.5">
                {unread > 0 && <NumberBadge count={unread} label={t("row.unread")} />}
                <span className="flex items-center gap-1.5">
                  <Viewers {...props} />
                  {assignee && (
                    <span title={t("row.assignedTo", { name: assignee.name })}>
                      <Avatar name={assignee.name} seed={assignee.id} size={20} />
                      <span className="sr-only">{t("row.assignedTo", { name: assignee.name })}</span>
                    </span>
                  )}
                </span>
              </span>
            </span>
          </span>
        </Link>
        <input
          type="checkbox"
          checked={ticked}
          tabIndex={-1}
          aria-label={t("row.select", { name })}
          onClick={(event) => actions.toggle(row.id, event.shiftKey)}
          onChange={() => undefined}
          className={cx(
            "absolute start-4.5 top-4 size-6 accent-brand compact:top-2.5 pointer-coarse:hidden",
            anyTicked || ticked ? "" : "opacity-0 group-hover:opacity-100 focus-visible:opacity-100",
          )}
        />
        {near && <QuickActions {...props} />}
      </div>
    </div>
  );
});
