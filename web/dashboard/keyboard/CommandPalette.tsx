import { Command } from "cmdk";
import { Dialog as Parts } from "radix-ui";
import { useTranslation } from "react-i18next";
import { Kbd } from "../components/ui/Kbd.js";
import { keysOf, useAllActions } from "./actions.js";
import { showKeys } from "./keys.js";

/** Everything that can be done here, by typing. Each entry shows its key, so that it teaches itself. */
export function CommandPalette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation("common");
  const actions = useAllActions().filter((action) => !action.hidden);
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <Parts.Root open={open} onOpenChange={onOpenChange}>
      <Parts.Portal>
        <Parts.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_16/0.45)]" />
        <Parts.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-40 mx-auto max-w-xl animate-pop overflow-hidden rounded-card border bg-bg shadow-pop"
        >
          <Parts.Title className="sr-only">{t("palette.title")}</Parts.Title>
          <Command label={t("palette.title")} loop>
            <Command.Input
              placeholder={t("palette.placeholder")}
              className="h-12 w-full border-b bg-transparent px-4 text-message outline-none"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="p-6 text-center text-text-3">{t("state.noMatches")}</Command.Empty>
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={t(group)}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-text-3"
                >
                  {actions
                    .filter((action) => action.group === group)
                    .map((action) => (
                      <Command.Item
                        key={action.id}
                        value={`${t(action.label)} ${action.id}`}
                        onSelect={() => {
                          onOpenChange(false);
                          action.run();
                        }}
                        className="flex min-h-9 items-center justify-between gap-4 rounded-control px-2.5 data-[selected=true]:bg-surface-2"
                      >
                        {t(action.label)}
                        {keysOf(action)[0] && <Kbd keys={showKeys(keysOf(action)[0]!)} />}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
