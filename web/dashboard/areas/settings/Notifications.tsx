import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";
import { notificationEvents, notifyOf, type NotificationWay } from "../../app/notificationChoices.js";
import { Button } from "../../components/ui/Button.js";
import { Checkbox, RadioGroup, Switch } from "../../components/ui/choices.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Banner } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { SettingsPage, Setting } from "./parts.js";
import { playTestSound } from "./testSound.js";

type Permission = NotificationPermission | "unsupported";
const permissionNow = (): Permission => ("Notification" in window ? Notification.permission : "unsupported");

function BrowserPermission({ permission, onChange }: { permission: Permission; onChange: () => void }) {
  const { t } = useTranslation("settings");
  const texts: Record<Permission, string> = {
    granted: t("notifications.granted"),
    denied: t("notifications.denied"),
    default: t("notifications.notAsked"),
    unsupported: t("notifications.unsupported"),
  };
  const test = async () => {
    toast.done(t("notifications.testText"));
    await playTestSound().catch(() => undefined);
    if (permission === "granted")
      new Notification("Switchboard", { body: t("notifications.testText"), icon: "/icon-192.png" });
  };
  return (
    <div className="flex flex-col gap-4">
      <Setting label={t("notifications.browser")} hint={texts[permission]}>
        <div className="flex flex-wrap gap-2">
          {permission === "default" && (
            <Button variant="primary" onClick={() => void Notification.requestPermission().then(onChange)}>
              {t("notifications.allow")}
            </Button>
          )}
          <Button onClick={() => void test().catch(toast.failed)}>{t("notifications.test")}</Button>
        </div>
      </Setting>
    </div>
  );
}

/** The ways something is told by. Mail is none of them yet: nothing is offered that does not happen. */
const ways = ["app", "sound", "push"] as const satisfies readonly NotificationWay[];

function Matrix({ permission }: { permission: Permission }) {
  const { t } = useTranslation("settings");
  const mine = useMyPreferences();
  return (
    <Table aria-label={t("notifications.matrix")} cards={false}>
      <thead>
        <tr>
          <Th>{t("notifications.event")}</Th>
          {ways.map((way) => (
            <Th key={way} className="px-2 text-center">
              {t(`notifications.way.${way}`)}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {notificationEvents.map((event) => (
          <tr key={event}>
            <Td>{t(`notifications.on.${event}`)}</Td>
            {ways.map((way) => (
              <Td key={way} className="px-2 text-center">
                <span className="inline-flex">
                  <Checkbox
                    hideLabel
                    label={`${t(`notifications.on.${event}`)}: ${t(`notifications.way.${way}`)}`}
                    disabled={way === "push" && (permission === "denied" || permission === "unsupported")}
                    checked={notifyOf(mine, event)[way]}
                    onChange={(checked) =>
                      void saveMyPreferences({
                        notifications: { ...mine.notifications, [event]: { ...notifyOf(mine, event), [way]: checked } },
                      })
                    }
                  />
                </span>
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function QuietHours() {
  const { t } = useTranslation("settings");
  const { quiet_hours: hours } = useMyPreferences();
  const save = (next: { from: string; to: string } | null) => void saveMyPreferences({ quiet_hours: next });
  return (
    <div className="flex flex-col gap-4">
      <Switch
        checked={hours !== null}
        onChange={(on) => save(on ? { from: "20:00", to: "07:00" } : null)}
        label={t("notifications.quiet")}
        hint={t("notifications.quietHint")}
      />
      {hours && (
        <div className="flex flex-wrap gap-4">
          {(["from", "to"] as const).map((end) => (
            <Field key={end} label={end === "from" ? t("notifications.from") : t("notifications.to")}>
              <Input
                type="time"
                className="w-36"
                value={hours[end]}
                onChange={(event) => {
                  if (/^\d\d:\d\d$/.test(event.target.value)) save({ ...hours, [end]: event.target.value });
                }}
              />
            </Field>
          ))}
        </div>
      )}
    </div>
  );
}

/** What I am told of, and how. */
export function NotificationsPage() {
  const { t } = useTranslation("settings");
  const mine = useMyPreferences();
  const [permission, setPermission] = useState(permissionNow);
  return (
    <SettingsPage title={t("section.notifications")} lead={t("notifications.lead")}>
      {permission === "denied" && <Banner tone="warning">{t("notifications.deniedHow")}</Banner>}
      <Card>
        <BrowserPermission permission={permission} onChange={() => setPermission(permissionNow())} />
      </Card>
      <Card title={t("notifications.matrix")} flush>
        <Matrix permission={permission} />
      </Card>
      <Card title={t("notifications.way.sound")}>
        <div className="flex flex-col gap-5">
          <RadioGroup
            label={t("notifications.way.sound")}
            value={mine.sound}
            onChange={(sound) => void saveMyPreferences({ sound })}
            options={[
              { value: "none", label: t("notifications.sound.none") },
              { value: "assigned", label: t("notifications.sound.assigned") },
              { value: "all", label: t("notifications.sound.all") },
            ]}
          />
          <Switch
            checked={mine.sound_only_inactive}
            disabled={mine.sound === "none"}
            onChange={(next) => void saveMyPreferences({ sound_only_inactive: next })}
            label={t("notifications.inactive")}
            hint={t("notifications.inactiveHint")}
          />
          <Switch
            checked={mine.sound_repeat}
            disabled={mine.sound === "none"}
            onChange={(next) => void saveMyPreferences({ sound_repeat: next })}
            label={t("notifications.repeat")}
            hint={t("notifications.repeatHint")}
          />
        </div>
      </Card>
      <Card>
        <QuietHours />
      </Card>
    </SettingsPage>
  );
}
