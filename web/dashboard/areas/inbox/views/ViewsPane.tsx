import {
  AlarmClock,
  AtSign,
  Bookmark,
  CalendarClock,
  Ellipsis,
  Hourglass,
  Inbox,
  PencilLine,
  Plus,
  UserRound,
  UserRoundX,
  Users,
  type LucideIcon,
} from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Avatar } from "../../../components/ui/Avatar.js";
import { IconButton } from "../../../components/ui/Button.js";
import { ChannelGlyph } from "../../../components/ui/ChannelGlyph.js";
import { cx } from "../../../components/ui/cx.js";
import { Menu } from "../../../components/ui/Menu.js";
import { toast } from "../../../components/ui/toast.js";
import { formatNumber } from "../../../i18n/format.js";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { useCan } from "../../../api/session.js";
import { builtInViews, type BuiltInView } from "../data/filters.js";
import { keys } from "../data/keys.js";
import { useById, useChannels, useCounts, useDrafts, useLabels, useMembers, useViews } from "../data/lookups.js";
import { useOnline } from "../data/presence.js";
import type { ViewDto } from "../data/types.js";
import { ui } from "../data/ui.js";
import type { InboxRoute } from "../route.js";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../../components/ui/Dialog.js")).ConfirmDialog }));
const ViewDialog = lazy(async () => ({ default: (await import("./ViewDialog.js")).ViewDialog }));

export const viewIcons: Record<BuiltInView, LucideIcon> = {
  mine: UserRound,
  unassigned: UserRoundX,
  all: Inbox,
  mentions: AtSign,
  participating: Users,
  unattended: Hourglass,
  waiting: AlarmClock,
  drafts: PencilLine,
};

const itemLook =
  "flex min-h-8 items-center gap-2.5 rounded-control px-2.5 text-text-2 hover:bg-surface-2 hover:text-text";

function Count({ count, more }: { count: number; more: boolean }) {
  const { i18n } = useTranslation();
  if (count === 0) return null;
  return (
    <span className="tabular ms-auto ps-2 text-meta text-text-3">
      {formatNumber(count, i18n.language)}
      {more && "+"}
    </span>
  );
}

function Heading({ children, action }: { children: string; action?: React.ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between ps-2.5 pt-3 pb-1">
      <h3 className="text-meta font-medium text-text-3">{children}</h3>
      {action}
    </div>
  );
}

function SavedView({
  view,
  route,
  count,
  mine,
}: {
  view: ViewDto;
  route: InboxRoute;
  count: { count: number; more: boolean } | undefined;
  mine: boolean;
}) {
  const { t } = useTranslation("inbox");
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const active = route.view === view.id;
  const { workspaceId } = route.place;
  return (
    <li className="group relative">
      <Link
        to={`${route.root}/${view.id}`}
        aria-current={active ? "page" : undefined}
        className={cx(itemLook, active && "bg-brand-soft font-medium text-brand hover:bg-brand-soft hover:text-brand")}
      >
        <Bookmark className="size-4 shrink-0" aria-hidden="true" />
        <bdi className="truncate">{view.name}</bdi>
        {view.shared && <Users className="size-3 shrink-0 opacity-60" aria-label={t("views.shared")} />}
        <span className={cx("ms-auto", mine && "group-focus-within:invisible group-hover:invisible")}>
          {count && <Count {...count} />}
        </span>
      </Link>
      {mine && (
        <span className="absolute end-0.5 top-0.5 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-data-[state=open]:opacity-100">
          <Menu
            align="end"
            sections={[
              {
                items: [
                  { label: t("views.edit"), onSelect: () => setEditing(true) },
                  { label: t("views.delete"), danger: true, onSelect: () => setRemoving(true) },
                ],
              },
            ]}
            trigger={
              <button
                type="button"
                aria-label={t("views.more", { name: view.name })}
                className="grid size-7 place-items-center rounded-control hover:bg-hairline"
              >
                <Ellipsis className="size-4" aria-hidden="true" />
              </button>
            }
          />
        </span>
      )}
      <Suspense>{editing && <ViewDialog route={route} view={view} onClose={() => setEditing(false)} />}</Suspense>
      <Suspense>
        {removing && (
          <ConfirmDialog
            open={removing}
            onOpenChange={setRemoving}
            title={t("views.deleteTitle", { name: view.name })}
            description={view.shared ? t("views.deleteShared") : t("views.deleteText")}
            confirm={t("views.delete")}
            onConfirm={async () => {
              try {
                await call(`/views/${view.id}`, { method: "DELETE", workspaceId });
                await queryClient.invalidateQueries({ queryKey: keys.views(workspaceId) });
                if (active) route.goTo("all");
              } catch (error) {
                toast.failed(error);
              }
            }}
          />
        )}
      </Suspense>
    </li>
  );
}

/** The first column: views, saved ones, channels and labels, and who is here. */
export function ViewsPane({ route, onNavigate }: { route: InboxRoute; onNavigate?: () => void }) {
  const { t } = useTranslation("inbox");
  const can = useCan();
  const counts = useCounts();
  const views = useViews();
  const channels = useChannels();
  const labels = useLabels();
  const drafts = useDrafts();
  const members = useById(useMembers());
  const online = useOnline();
  const [saving, setSaving] = useState(false);
  const countOf = (view: BuiltInView) =>
    view === "drafts" ? { count: drafts.length, more: false } : (counts?.[view] ?? { count: 0, more: false });
  const toggle = (name: string, value: string) =>
    route.setFilter(name, route.search.get(name) === value ? null : value);
  return (
    <nav
      aria-label={t("views.title")}
      className="flex h-full flex-col overflow-y-auto bg-surface-1 px-2 py-2"
      onClick={(event) => {
        if ((event.target as Element).closest("a, [aria-pressed]")) onNavigate?.();
      }}
    >
      <h1 className="px-2.5 pt-1.5 pb-2 text-section font-semibold">{t("title")}</h1>
      <ul>
        {builtInViews.map((view) => {
          const Icon = viewIcons[view];
          const active = route.view === view;
          return (
            <li key={view}>
              <Link
                to={`${route.root}/${view}`}
                aria-current={active ? "page" : undefined}
                className={cx(
                  itemLook,
                  active && "bg-brand-soft font-medium text-brand hover:bg-brand-soft hover:text-brand",
                )}
              >
                <Icon className="size-4 shrink-0" strokeWidth={1.75} aria-hidden="true" />
                <span className="truncate">{t(`view.${view}`)}</span>
                <Count {...countOf(view)} />
              </Link>
            </li>
          );
        })}
        <li>
          <button
            type="button"
            onClick={() => {
              ui.set({ scheduled: true });
              onNavigate?.();
            }}
            className={cx(itemLook, "w-full")}
          >
            <CalendarClock className="size-4 shrink-0" strokeWidth={1.75} aria-hidden="true" />
            <span className="truncate">{t("scheduled.open")}</span>
          </button>
        </li>
      </ul>
      <Heading
        action={
          <IconButton
            size="sm"
            label={t("views.save")}
            icon={<Plus aria-hidden="true" />}
            onClick={(event) => {
              event.stopPropagation();
              setSaving(true);
            }}
          />
        }
      >
        {t("views.saved")}
      </Heading>
      {views.length === 0 ? (
        <p className="px-2.5 pb-1 text-meta text-text-3">{t("views.none")}</p>
      ) : (
        <ul>
          {views.map((view) => (
            <SavedView
              key={view.id}
              view={view}
              route={route}
              count={counts?.views[view.id]}
              mine={view.created_by === route.place.memberId || can("workspace:manage")}
            />
          ))}
        </ul>
      )}
      {channels.length > 0 && (
        <>
          <Heading>{t("views.channels")}</Heading>
          <ul>
            {channels.map((channel) => {
              const active = route.search.get("channel_account_id") === channel.id;
              return (
                <li key={channel.id}>
                  <button
                    type="button"
                    aria-pressed={active}
                    onClick={() => toggle("channel_account_id", channel.id)}
                    className={cx(itemLook, "w-full text-start", active && "bg-surface-2 font-medium text-text")}
                  >
                    <ChannelGlyph kind={channel.kind} size={16} />
                    <bdi className="truncate">{channel.name}</bdi>
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      )}
      {labels.length > 0 && (
        <>
          <Heading>{t("views.labels")}</Heading>
          <ul>
            {labels.map((label) => {
              const active = route.search.get("label") === label.id;
              return (
                <li key={label.id}>
                  <button
                    type="button"
                    aria-pressed={active}
                    onClick={() => toggle("label", label.id)}
                    className={cx(itemLook, "w-full text-start", active && "bg-surface-2 font-medium text-text")}
                  >
                    <span className="grid size-4 shrink-0 place-items-center">
                      <span className="size-2.5 rounded-full" style={{ background: label.color }} />
                    </span>
                    <bdi className="truncate">{label.name}</bdi>
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      )}
      {online.length > 0 && (
        <div className="mt-auto px-2.5 pt-4 pb-1">
          <h3 className="pb-1.5 text-meta text-text-3">{t("presence.onlineCount", { count: online.length })}</h3>
          <span className="flex flex-wrap gap-1">
            {online.slice(0, 10).map((id) => (
              <span key={id} title={members.get(id)?.name}>
                <Avatar name={members.get(id)?.name ?? "?"} seed={id} size={22} />
                <span className="sr-only">{members.get(id)?.name}</span>
              </span>
            ))}
          </span>
        </div>
      )}
      <Suspense>{saving && <ViewDialog route={route} onClose={() => setSaving(false)} />}</Suspense>
    </nav>
  );
}
