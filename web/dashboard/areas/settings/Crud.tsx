import { Pencil, Plus, Trash2, type LucideIcon } from "lucide-react";
import { useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../components/ui/Button.js";
import { ConfirmDialog, Dialog } from "../../components/ui/Dialog.js";
import { Input } from "../../components/ui/Input.js";
import { EmptyState, ErrorState } from "../../components/ui/states.js";
import { useRows, useWrite } from "./data.js";
import { RowsSkeleton, SettingsPage } from "./parts.js";

/** What the editor of a row is given; `item` null: a new one. */
export interface EditorProps<T> {
  item: T | null;
  onDone: () => void;
}

interface Props<T> {
  title: string;
  lead: string;
  /** Of the API: `GET` lists, `DELETE <path>/:id` removes. */
  path: string;
  icon: LucideIcon;
  /** Absent: rows are made elsewhere. */
  add?: string;
  editTitle: string;
  empty: string;
  emptyAction?: ReactNode;
  /** Whether one may change this row. */
  mayChange?: (item: T) => boolean;
  mayAdd?: boolean;
  nameOf: (item: T) => string;
  row: (item: T) => ReactNode;
  Editor: ComponentType<EditorProps<T>>;
  wide?: boolean;
  /** What it means to remove it. */
  removal: string;
  /** Beneath the list. */
  after?: ReactNode;
}

const searchFrom = 8;

/** A list of the workspace that is kept here: rows, a dialog to edit one, a question before one is removed. */
export function CrudPage<T extends { id: string }>(props: Props<T>) {
  const { title, lead, path, icon, add, nameOf, row, Editor, mayChange, mayAdd = true } = props;
  const { t } = useTranslation("settings");
  const rows = useRows<T>(path);
  const write = useWrite();
  const [editing, setEditing] = useState<T | "new">();
  const [removing, setRemoving] = useState<T>();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const shown = rows.data?.filter((item) => nameOf(item).toLocaleLowerCase().includes(wanted));
  const addButton = add !== undefined && mayAdd && (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden="true" />
      {add}
    </Button>
  );
  return (
    <SettingsPage title={title} lead={lead} actions={rows.data && rows.data.length > 0 ? addButton : null}>
      {rows.isPending && <RowsSkeleton />}
      {rows.error && <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />}
      {rows.data?.length === 0 && (
        <div className="rounded-card border">
          <EmptyState icon={icon} title={props.empty} primary={addButton} secondary={props.emptyAction}>
            {lead}
          </EmptyState>
        </div>
      )}
      {rows.data && rows.data.length > searchFrom && (
        <Input
          type="search"
          className="max-w-72"
          aria-label={t("common:action.search")}
          placeholder={t("common:action.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {rows.data && rows.data.length > 0 && shown?.length === 0 && (
        <p role="status" className="text-text-3">
          {t("common:state.noMatches")}
        </p>
      )}
      {shown && shown.length > 0 && (
        <ul className="divide-y divide-hairline rounded-card border" aria-label={title}>
          {shown.map((item) => (
            <li key={item.id} className="flex min-h-12 items-center gap-3 py-2 ps-4 pe-2">
              <div className="min-w-0 flex-1">{row(item)}</div>
              {(mayChange?.(item) ?? true) && (
                <div className="flex shrink-0">
                  <IconButton
                    label={t("action.editOne", { name: nameOf(item) })}
                    icon={<Pencil aria-hidden="true" />}
                    onClick={() => setEditing(item)}
                  />
                  <IconButton
                    label={t("action.deleteOne", { name: nameOf(item) })}
                    icon={<Trash2 aria-hidden="true" />}
                    onClick={() => setRemoving(item)}
                  />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {rows.data && props.after}
      <Dialog
        open={editing !== undefined}
        onOpenChange={(open) => {
          if (!open) setEditing(undefined);
        }}
        title={editing === "new" ? (add ?? "") : props.editTitle}
        size={props.wide ? "lg" : "md"}
      >
        {editing !== undefined && (
          <Editor item={editing === "new" ? null : editing} onDone={() => setEditing(undefined)} />
        )}
      </Dialog>
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => {
          if (!open) setRemoving(undefined);
        }}
        title={t("action.deleteTitle", { name: removing ? nameOf(removing) : "" })}
        description={props.removal}
        confirm={t("action.delete")}
        onConfirm={() => write("DELETE", `${path}/${encodeURIComponent(removing?.id ?? "")}`, undefined, [path])}
      />
    </SettingsPage>
  );
}
