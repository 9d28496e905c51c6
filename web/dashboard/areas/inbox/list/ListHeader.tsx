import { ArrowDownWideNarrow, ChevronDown, ListFilter, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Chip } from "../../../components/ui/Badge.js";
import { IconButton } from "../../../components/ui/Button.js";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Popover } from "../../../components/ui/Popover.js";
import { filterNames, isBuiltIn } from "../data/filters.js";
import { useById, useChannels, useLabels, useMembers, useTeams } from "../data/lookups.js";
import { ui } from "../data/ui.js";
import type { InboxRoute } from "../route.js";
import { ViewsPane } from "../views/ViewsPane.js";

function ActiveFilters({ route }: { route: InboxRoute }) {
  const { t } = useTranslation("inbox");
  const labels = useById(useLabels());
  const members = useById(useMembers());
  const teams = useById(useTeams());
  const channels = useById(useChannels());
  const nameOf = (name: (typeof filterNames)[number], value: string): string => {
    if (value === "any") return t("filter.any");
    switch (name) {
      case "status":
        return t(`status.${value}`);
      case "priority":
        return t(`priority.${value}`);
      case "label":
        return labels.get(value)?.name ?? value;
      case "team_id":
        return teams.get(value)?.name ?? value;
      case "channel":
        return channelName(value);
      case "channel_account_id":
        return channels.get(value)?.name ?? value;
      default:
        return value === "me"
          ? t("filter.me")
          : value === "none"
            ? t("filter.nobody")
            : (members.get(value)?.name ?? value);
    }
  };
  const active = filterNames.flatMap((name) => {
    const value = route.search.get(name);
    return value ? [{ name, label: nameOf(name, value) }] : [];
  });
  if (active.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-1.5 border-b px-3 py-2">
      {active.map(({ name, label }) => (
        <Chip key={name} onRemove={() => route.setFilter(name, null)}>
          {label}
        </Chip>
      ))}
    </div>
  );
}

/** Above the list: which view it is, its filters and order, and the way to search. */
export function ListHeader({ route, title, withViews }: { route: InboxRoute; title: string; withViews: boolean }) {
  const { t } = useTranslation("inbox");
  const [views, setViews] = useState(false);
  const { query, setFilter } = route;
  const members = useMembers();
  const teams = useTeams();
  // What the view itself asks for can only be widened; what was chosen here is just taken away.
  const toggle = (name: "priority" | "assignee_id" | "team_id", value: string) =>
    setFilter(name, query[name] !== value ? value : route.base[name] === undefined ? null : "any");
  const people = [
    { id: "me", name: t("filter.me") },
    { id: "none", name: t("filter.nobody") },
    ...members.filter(({ id, active }) => active && id !== route.place.memberId),
  ];
  const base = isBuiltIn(route.view) ? null : route.view;
  const status = query.status ?? "any";
  const sort = query.sort ?? "newest";
  return (
    <>
      <header className="flex min-h-14 shrink-0 items-center gap-1 border-b px-3">
        {withViews ? (
          <Popover
            open={views}
            onOpenChange={setViews}
            label={t("views.title")}
            className="h-[70vh] w-72 p-0"
            trigger={
              <button
                type="button"
                className="flex min-h-9 min-w-0 items-center gap-1.5 rounded-control px-1 hover:bg-surface-2"
              >
                <h2 className="truncate text-section font-semibold">
                  <bdi>{title}</bdi>
                </h2>
                <ChevronDown className="size-4 shrink-0 text-text-3" aria-hidden="true" />
              </button>
            }
          >
            <ViewsPane route={route} onNavigate={() => setViews(false)} />
          </Popover>
        ) : (
          <h2 className="min-w-0 truncate ps-1 text-section font-semibold">
            <bdi>{title}</bdi>
          </h2>
        )}
        <span className="ms-auto flex">
          <IconButton
            size="sm"
            label={t("search.open")}
            keys="/"
            icon={<Search aria-hidden="true" />}
            onClick={() => ui.set({ search: true })}
          />
          <Menu
            align="end"
            sections={[
              {
                title: t("filter.status"),
                items: (["open", "pending", "snoozed", "resolved", "any"] as const).map((one) => ({
                  label: one === "any" ? t("filter.any") : t(`status.${one}`),
                  checked: status === one,
                  onSelect: () => setFilter("status", one === route.base.status ? null : one),
                })),
              },
              {
                title: t("filter.priority"),
                items: (["urgent", "high", "medium", "low"] as const).map((one) => ({
                  label: t(`priority.${one}`),
                  checked: query.priority === one,
                  onSelect: () => toggle("priority", one),
                })),
              },
              {
                title: t("filter.assignee"),
                items: people.map(({ id, name }) => ({
                  label: name,
                  checked: query.assignee_id === id,
                  onSelect: () => toggle("assignee_id", id),
                })),
              },
              ...(teams.length > 0
                ? [
                    {
                      title: t("filter.team"),
                      items: teams.map(({ id, name }) => ({
                        label: name,
                        checked: query.team_id === id,
                        onSelect: () => toggle("team_id", id),
                      })),
                    },
                  ]
                : []),
            ]}
            trigger={
              <button
                type="button"
                aria-label={t("filter.title")}
                className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
              >
                <ListFilter className="size-3.5" aria-hidden="true" />
              </button>
            }
          />
          <Menu
            align="end"
            sections={[
              {
                title: t("filter.sort"),
                items: (["newest", "oldest", "waiting", "priority"] as const).map((one) => ({
                  label: t(`sort.${one}`),
                  checked: sort === one,
                  onSelect: () =>
                    setFilter("sort", one === (route.base.sort ?? "newest") && base === null ? null : one),
                })),
              },
            ]}
            trigger={
              <button
                type="button"
                aria-label={t("filter.sort")}
                className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
              >
                <ArrowDownWideNarrow className="size-3.5" aria-hidden="true" />
              </button>
            }
          />
        </span>
      </header>
      <ActiveFilters route={route} />
    </>
  );
}
