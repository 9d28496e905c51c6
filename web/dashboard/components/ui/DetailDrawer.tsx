import type { ReactNode } from "react";
import { Drawer } from "./Dialog.js";
import { Skeleton } from "./Spinner.js";
import { ErrorState } from "./states.js";

/** One thing of a list in a sheet at the end of the page: its skeleton, its failure, and it. */
export function DetailDrawer<T>({
  query,
  title,
  description,
  footer,
  onClose,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  title: (data: T | undefined) => string;
  description?: (data: T) => ReactNode;
  footer: (data: T) => ReactNode;
  onClose: () => void;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = query;
  return (
    <Drawer
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={title(data)}
      {...(data !== undefined && description ? { description: description(data) } : {})}
      footer={data !== undefined && footer(data)}
    >
      <div data-autofocus tabIndex={-1} className="flex flex-col gap-4 outline-none">
        {data !== undefined ? (
          children(data)
        ) : error ? (
          <ErrorState inline error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-64" />
        )}
      </div>
    </Drawer>
  );
}
