import { useTranslation } from "react-i18next";
import { Time } from "../../../components/ui/Time.js";
import { useById, useLabels, useMembers, useTeams } from "../data/lookups.js";
import type { SystemLine } from "../data/systemLines.js";

/** What happened to the conversation, as one quiet line: "Ana assigned it to Ben". */
export function SystemLineItem({ line }: { line: SystemLine }) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const teams = useById(useTeams());
  const labels = useById(useLabels());
  const { data } = line;
  const text = (name: string) => (typeof data[name] === "string" ? data[name] : undefined);
  const list = (name: string) => (Array.isArray(data[name]) ? (data[name] as string[]) : []);
  const by = text("by_id");
  const who = (by && members.get(by)?.name) ?? t("system.somebody");
  const sentences = line.changes.flatMap((change): string[] => {
    switch (change) {
      case "assignee_id": {
        const id = text("assignee_id");
        if (!id) return [t("system.unassigned", { who })];
        if (id === by) return [t("system.took", { who })];
        return [t("system.assigned", { who, name: members.get(id)?.name ?? "?" })];
      }
      case "team_id": {
        const id = text("team_id");
        return [id ? t("system.team", { who, name: teams.get(id)?.name ?? "?" }) : t("system.noTeam", { who })];
      }
      case "status": {
        if (data.cause === "customer_wrote") return [t("system.reopened")];
        if (data.cause === "snooze_over") return [t("system.woke")];
        return [t(`system.${text("status") ?? "open"}`, { who })];
      }
      case "blocked_by_us":
        return [data.blocked_by_us === true ? t("system.blocked", { who }) : t("system.unblocked", { who })];
      case "priority":
        return [t("system.priority", { who, name: t(`priority.${text("priority") ?? "none"}`) })];
      default: {
        const named = (ids: readonly string[]) => ids.map((id) => labels.get(id)?.name ?? "?").join(", ");
        const added = list("labels_added");
        const removed = list("labels_removed");
        if (added.length > 0) return [t("system.labelled", { who, names: named(added) })];
        if (removed.length > 0) return [t("system.unlabelled", { who, names: named(removed) })];
        return [t("system.labels", { who })];
      }
    }
  });
  return (
    <p className="px-4 pt-2 text-center text-meta text-text-3">
      <bdi>{sentences.join(" · ")}</bdi> · <Time at={line.at} as="time" />
    </p>
  );
}
