import { useTranslation } from "react-i18next";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";
import { RadioGroup } from "../../components/ui/choices.js";
import { Card } from "../../components/ui/layout.js";
import { SettingsPage } from "./parts.js";

/** Theme and density; both hold at once, on all devices. */
export function AppearancePage() {
  const { t } = useTranslation("settings");
  const { theme, density } = useMyPreferences();
  return (
    <SettingsPage title={t("section.appearance")} lead={t("appearance.lead")}>
      <Card title={t("common:theme.title")}>
        <RadioGroup
          cards
          className="grid gap-2 sm:grid-cols-3"
          label={t("common:theme.title")}
          value={theme}
          onChange={(next) => void saveMyPreferences({ theme: next })}
          options={[
            { value: "system", label: t("common:theme.system"), hint: t("appearance.systemHint") },
            { value: "light", label: t("common:theme.light") },
            { value: "dark", label: t("common:theme.dark") },
          ]}
        />
      </Card>
      <Card title={t("common:density.title")}>
        <RadioGroup
          cards
          className="grid gap-2 sm:grid-cols-2"
          label={t("common:density.title")}
          value={density}
          onChange={(next) => void saveMyPreferences({ density: next })}
          options={[
            {
              value: "comfortable",
              label: t("common:density.comfortable"),
              hint: t("appearance.comfortableHint"),
            },
            { value: "compact", label: t("common:density.compact"), hint: t("appearance.compactHint") },
          ]}
        />
      </Card>
    </SettingsPage>
  );
}
