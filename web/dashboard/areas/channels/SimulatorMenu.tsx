import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { simulatedKindNames, type SimulatedName } from "./simulatedKinds.js";
import { useCan } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { channelName, ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { Menu } from "../../components/ui/Menu.js";
import { toast } from "../../components/ui/toast.js";
import { usePaths } from "./paths.js";
import { useChannelActions } from "./queries.js";

/** Makes a simulated account and opens its phone; undefined for people who may not. */
export function useSimulate(): { start: (kind: SimulatedName) => void; busy: string | undefined } | undefined {
  const can = useCan();
  const navigate = useNavigate();
  const { channel } = usePaths();
  const { simulate } = useChannelActions();
  if (!can("simulator")) return undefined;
  return {
    busy: simulate.isPending ? simulate.variables : undefined,
    // Not a callback of mutate(): the list that follows may take this button away before it would be called.
    start: (kind) =>
      void simulate.mutateAsync(kind).then((made) => navigate(channel(made.id, "simulator")), toast.failed),
  };
}

/** "Try with the simulator", with the kinds it can play. */
export function SimulatorMenu() {
  const { t } = useTranslation("channels");
  const simulate = useSimulate();
  if (!simulate) return null;
  return (
    <Menu
      align="end"
      sections={[
        {
          items: simulatedKindNames.map((kind) => ({
            label: channelName(kind),
            icon: <ChannelGlyph kind={kind} />,
            onSelect: () => simulate.start(kind),
          })),
        },
      ]}
      trigger={
        <Button busy={simulate.busy !== undefined}>
          <FlaskConical aria-hidden="true" />
          {t("action.simulate")}
        </Button>
      }
    />
  );
}
