import type { UseMutationResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { SimulatorFault } from "../../../../../src/wire/simulator.js";
import { Switch } from "../../../components/ui/choices.js";
import { Card } from "../../../components/ui/layout.js";
import { toast } from "../../../components/ui/toast.js";
import type { Simulator } from "./simulatorQueries.js";

/** Switches that make the pretended provider misbehave, so that one sees what happens then. */
export function Faults({
  simulator,
  fault,
  talk,
}: {
  simulator: Simulator;
  fault: UseMutationResult<unknown, Error, { fault: SimulatorFault; on: boolean }>;
  talk: UseMutationResult<unknown, Error, boolean>;
}) {
  const { t } = useTranslation("channels");
  return (
    <Card title={t("simulator.faults")}>
      <div className="flex flex-col gap-4">
        <Switch
          checked={talk.isPending ? talk.variables : simulator.talkative}
          onChange={(on) => talk.mutate(on, { onError: toast.failed })}
          label={t("simulator.talkative")}
          hint={t("simulator.talkativeHint")}
        />
        {simulator.faults.map((one) => (
          <Switch
            key={one.fault}
            checked={fault.isPending && fault.variables.fault === one.fault ? fault.variables.on : one.on}
            disabled={!one.supported}
            onChange={(on) => fault.mutate({ fault: one.fault, on }, { onError: toast.failed })}
            label={t(`fault.${one.fault}`)}
            hint={one.supported ? t(`faultHint.${one.fault}`) : t("simulator.unsupported")}
          />
        ))}
      </div>
    </Card>
  );
}
