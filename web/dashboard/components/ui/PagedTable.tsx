import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button.js";
import { Card, Table, Td, Th } from "./layout.js";
import { Skeleton } from "./Spinner.js";
import { ErrorState } from "./states.js";

/** A list that is fetched page by page, as react-query keeps it. */
interface Paged<T> {
  data: { pages: { data: T[] }[] } | undefined;
  error: unknown;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

/** Everything of a list that is there so far; undefined while nothing is known. */
export const rowsOf = <T,>(list: Paged<T>): T[] | undefined => list.data?.pages.flatMap((page) => page.data);

/**
 * A table of a list, newest first, with a button in each row that opens it: its skeleton, its failure, what stands there when it
 * is empty, and older rows on request.
 */
export function PagedTable<T extends { id: string }>({
  list,
  label,
  columns,
  cells,
  openLabel,
  onOpen,
  empty,
  above,
}: {
  list: Paged<T>;
  label: string;
  columns: readonly string[];
  /** One for each column. */
  cells: (row: T) => readonly ReactNode[];
  /** Names the button of a row for those who cannot see which row it is in. */
  openLabel: (row: T) => string;
  onOpen: (id: string) => void;
  empty: ReactNode;
  /** Over a table that is not empty. */
  above?: ReactNode;
}) {
  const { t } = useTranslation("common");
  const rows = rowsOf(list);
  if (!rows) {
    if (list.isPending) return <Skeleton className="h-56 rounded-card" />;
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (rows.length === 0) return empty;
  return (
    <>
      {above}
      <Card flush>
        <Table aria-label={label}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Th key={column}>{column}</Th>
              ))}
              <Th>
                <span className="sr-only">{t("action.open")}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                {cells(row).map((cell, index) => (
                  <Td key={columns[index]}>{cell}</Td>
                ))}
                <Td className="text-end">
                  <Button size="sm" variant="ghost" aria-label={openLabel(row)} onClick={() => onOpen(row.id)}>
                    {t("action.open")}
                  </Button>
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
        {list.hasNextPage && (
          <div className="border-t p-3 text-center">
            <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("action.older")}
            </Button>
          </div>
        )}
      </Card>
    </>
  );
}
