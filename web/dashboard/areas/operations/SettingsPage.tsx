import { useTranslation } from "react-i18next";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { useHealth } from "./queries.js";

/** The settings the server runs with; secrets only say that they are set. */
export function SettingsPage() {
  const { t } = useTranslation("operations");
  const { data, error, refetch } = useHealth();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-96 rounded-card" />;
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-3xl text-text-2">{t("settings.lead")}</p>
      <Card flush>
        <Table aria-label={t("page.settings")}>
          <thead>
            <tr>
              <Th>{t("settings.name")}</Th>
              <Th>{t("settings.value")}</Th>
              <Th>{t("settings.about")}</Th>
            </tr>
          </thead>
          <tbody>
            {data.settings.map((setting) => (
              <tr key={setting.name}>
                <Td>
                  <code dir="ltr">{setting.name}</code>
                </Td>
                <Td>
                  {setting.value === null ? (
                    <span className="text-text-3">{t("settings.unset")}</span>
                  ) : setting.secret ? (
                    <span className="text-text-2">{t("settings.secret")}</span>
                  ) : (
                    <code dir="ltr" className="[overflow-wrap:anywhere]">
                      {setting.value}
                    </code>
                  )}
                </Td>
                <Td className="text-text-2">
                  <span dir="auto">{setting.description}</span>
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </div>
  );
}
