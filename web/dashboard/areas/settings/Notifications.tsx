import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useAuthState, useMe } from "../../api/session.js";
import type { PushState } from "../../app/push.js";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";
import { notificationEvents, notifyOf, type NotificationWay } from "../../app/notificationChoices.js";
import { Checkbox, RadioGroup, Switch } from "../../components/ui/choices.js";
import { cx } from "../../components/ui/cx.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Banner } from "../../components/ui/states.js";
import { BrowserPush, useBrowserPush } from "./BrowserPush.js";
import { SettingsPage } from "./parts.js";

const ways = ["app", "sound", "push", "email"] as const satisfies readonly NotificationWay[];

/** Why somebody cannot be told by mail, if they cannot. */
function useNoMail(): string | undefined {
  const { t } = useTranslation("settings");
  const me = useMe();
  const mail = useAuthState().data?.mail;
  if (mail === false) return t("notifications.emailNone");
  return me.email_verified ? undefined : t("notifications.emailUnverified");
}

function Matrix({ push }: { push: PushState | undefined }) {
  const { t } = useTranslation("settings");
  const mine = useMyPreferences();
  const noMail = useNoMail();
  const closed: Partial<Record<NotificationWay, boolean>> = {
    push: push === "denied" || push === "unsupported",
    email: noMail !== undefined,
  };
  return (
    <Table aria-label={t("notifications.matrix")} cards={false}>
      <thead>
        <tr>
          <Th>{t("notifications.event")}</Th>
          {ways.map((way) => (
            <Th key={way} className={cx("px-2 text-center", way === "email" && "whitespace-nowrap")}>
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
                    disabled={closed[way] ?? false}
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

/** What is worth knowing of mail, under the table. */
function MailNote() {
  const { t } = useTranslation("settings");
  const noMail = useNoMail();
  return <p className="border-t px-4 py-3 text-meta text-text-3">{noMail ?? t("notifications.emailHint")}</p>;
}

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function QuietHours() {
  const { t } = useTranslation("settings");
  const { quiet_hours: hours } = useMyPreferences();
  const save = (next: { from: string; to: string } | null) =>
    void saveMyPreferences({ quiet_hours: next && { from: next.from, to: next.to, time_zone: zoneHere() } });
  // The server cannot know where somebody is who chose them before it asked.
  useEffect(() => {
    if (hours && hours.time_zone === undefined)
      void saveMyPreferences({ quiet_hours: { ...hours, time_zone: zoneHere() } });
  }, [hours]);
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
          {hours.time_zone !== undefined && (
            <p className="basis-full text-meta text-text-3">
              {t("notifications.zone", { zone: hours.time_zone.replaceAll("_", " ") })}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** What I am told of, and how. */
export function NotificationsPage() {
  const { t } = useTranslation("settings");
  const mine = useMyPreferences();
  const { state, become } = useBrowserPush();
  return (
    <SettingsPage title={t("section.notifications")} lead={t("notifications.lead")}>
      {state === "denied" && <Banner tone="warning">{t("notifications.deniedHow")}</Banner>}
      <Card>
        <BrowserPush state={state} become={become} />
      </Card>
      <Card title={t("notifications.matrix")} flush>
        <Matrix push={state} />
        <MailNote />
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
