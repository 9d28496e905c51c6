import { Tabs as Parts } from "radix-ui";
import type { ReactNode } from "react";
import { useTabInSight } from "./tabInSight.js";

export interface Tab<V extends string = string> {
  value: V;
  label: ReactNode;
  content: ReactNode;
}

/** Panels of which one is shown. */
export function Tabs<V extends string>({
  tabs,
  value,
  onChange,
  label,
}: {
  tabs: readonly Tab<V>[];
  value: V;
  onChange: (value: V) => void;
  label: string;
}) {
  const row = useTabInSight<HTMLDivElement>(value);
  return (
    <Parts.Root value={value} onValueChange={(next) => onChange(next as V)}>
      <Parts.List ref={row} aria-label={label} className="flex gap-1 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <Parts.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-text-2 hover:text-text focus-visible:-outline-offset-2 data-[state=active]:border-brand data-[state=active]:text-text"
          >
            {tab.label}
          </Parts.Trigger>
        ))}
      </Parts.List>
      {tabs.map((tab) => (
        <Parts.Content key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </Parts.Content>
      ))}
    </Parts.Root>
  );
}
