import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { queryClient } from "../../api/queryClient.js";
import { type MyWorkspace } from "../../api/session.js";
import { useTitle } from "../../app/title.js";
import { Enrolment } from "./TwoFactor.js";

/** The workspace asks everybody for a second factor, and this person has none yet. */
export function TwoFactorGate({ workspace }: { workspace: MyWorkspace }) {
  const { t } = useTranslation("settings");
  useTitle(t("twoFactor.title"));
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-lg flex-col gap-5 px-4 py-10">
        <ShieldCheck className="size-7 text-brand" strokeWidth={1.5} aria-hidden="true" />
        <header>
          <h1 className="text-title font-semibold">{t("twoFactor.gateTitle", { name: workspace.name })}</h1>
          <p className="mt-1 text-text-2">{t("twoFactor.gateText")}</p>
        </header>
        <Enrolment onDone={() => void queryClient.invalidateQueries()} />
      </div>
    </div>
  );
}
