import { Check } from "lucide-react";
import { DropdownMenu as Parts } from "radix-ui";
import { Fragment, type ReactNode } from "react";
import { cx } from "./cx.js";
import { Kbd } from "./Kbd.js";

export interface MenuItem {
  label: string;
  onSelect: () => void;
  icon?: ReactNode;
  keys?: string | undefined;
  /** Shows a tick: this is the present choice. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be done here: stands below the label, and nothing happens when it is chosen. */
  why?: string | undefined;
}
/** Items that belong together, with a heading or without. */
export interface MenuSection {
  title?: string;
  items: readonly MenuItem[];
}

const itemLook =
  "flex min-h-8 cursor-default items-center gap-2.5 rounded-control px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-surface-2 [&_svg]:size-4 [&_svg]:shrink-0";

/** A menu under its trigger, which has to be a button. */
export function Menu({
  trigger,
  sections,
  header,
  align = "start",
  side = "bottom",
}: {
  trigger: ReactNode;
  sections: readonly MenuSection[];
  header?: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "left" | "right";
}) {
  return (
    <Parts.Root>
      <Parts.Trigger asChild>{trigger}</Parts.Trigger>
      <Parts.Portal>
        <Parts.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 animate-pop overflow-y-auto rounded-card border bg-bg p-1 shadow-pop"
        >
          {header && <div className="border-b px-2 pt-1 pb-2">{header}</div>}
          {sections.map((section, index) => (
            <Fragment key={index}>
              {index > 0 && <Parts.Separator className="my-1 h-px bg-hairline" />}
              {section.title && <Parts.Label className="px-2 py-1 text-meta text-text-3">{section.title}</Parts.Label>}
              {section.items.map((item) => {
                const inner = (
                  <>
                    {item.icon}
                    <span className="flex-1">
                      <span className={cx("block", item.why && "opacity-60")}>{item.label}</span>
                      {item.why && <span className="block max-w-60 text-meta text-text-2">{item.why}</span>}
                    </span>
                    {item.checked && <Check className="text-brand" aria-hidden="true" />}
                    {item.keys && <Kbd keys={item.keys} />}
                  </>
                );
                const look = cx(itemLook, item.danger && item.why === undefined && "text-danger", item.why && "py-1");
                return item.checked === undefined ? (
                  <Parts.Item
                    key={item.label}
                    disabled={item.disabled ?? false}
                    aria-disabled={item.why !== undefined || undefined}
                    onSelect={(event) => {
                      // It stays reachable, so that the reason can be read.
                      if (item.why === undefined) item.onSelect();
                      else event.preventDefault();
                    }}
                    className={look}
                  >
                    {inner}
                  </Parts.Item>
                ) : (
                  <Parts.CheckboxItem
                    key={item.label}
                    checked={item.checked}
                    disabled={item.disabled ?? false}
                    onSelect={item.onSelect}
                    className={look}
                  >
                    {inner}
                  </Parts.CheckboxItem>
                );
              })}
            </Fragment>
          ))}
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
