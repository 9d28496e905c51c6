import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.js";
import { useMe } from "../../api/session.js";
import { pushState, turnPushOff, turnPushOn, type PushState } from "../../app/push.js";
import { Button } from "../../components/ui/Button.js";
import { toast } from "../../components/ui/toast.js";
import { Setting } from "./parts.js";
import { playTestSound } from "./testSound.js";

/** Pages may tell of things themselves, as long as they are open. */
const permitted = () => "Notification" in window && Notification.permission === "granted";

/** How this browser is told; undefined while it is being asked. */
export function useBrowserPush(): { state: PushState | undefined; become: (next: PushState) => void } {
  const [state, setState] = useState<PushState>();
  useEffect(() => {
    let gone = false;
    const show = (next: PushState) => {
      if (!gone) setState(next);
    };
    pushState().then(show, () => show("off"));
    return () => {
      gone = true;
    };
  }, []);
  return { state, become: setState };
}

/** Has this browser told while no page is open, or no more; and shows that it works. */
export function BrowserPush({ state, become }: { state: PushState | undefined; become: (next: PushState) => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const during = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  }, []);
  const hints: Record<PushState, string> = {
    on: t("notifications.here.on"),
    off: permitted() ? t("notifications.granted") : t("notifications.here.off"),
    denied: t("notifications.denied"),
    unsupported: t("notifications.unsupported"),
  };
  const turnOn = () =>
    during(async () => {
      try {
        become(await turnPushOn(me.id));
      } catch (error) {
        // What the browser itself refuses it calls by these names; anything else is the server's.
        if (!(error instanceof DOMException)) throw error;
        toast.tell(t("notifications.here.noService"));
      }
    });
  const sendTest = () =>
    during(async () => {
      try {
        await call("/me/push/test", { method: "POST" });
        toast.done(t("notifications.here.testSent"));
      } catch (error) {
        toast.failed(error);
        become(await pushState());
      }
    });
  const trySound = async () => {
    toast.done(t("notifications.testText"));
    await playTestSound();
  };
  return (
    <Setting
      label={t("notifications.browser")}
      hint={<span role="status">{state === undefined ? t("notifications.here.asking") : hints[state]}</span>}
    >
      <div className="flex flex-wrap gap-2">
        {state === "off" && (
          <Button variant="primary" busy={busy} onClick={() => void turnOn()}>
            {t("notifications.here.turnOn")}
          </Button>
        )}
        {state === "on" && (
          <>
            <Button variant="primary" busy={busy} onClick={() => void sendTest()}>
              {t("notifications.here.sendTest")}
            </Button>
            <Button disabled={busy} onClick={() => void during(async () => become(await turnPushOff()))}>
              {t("notifications.here.turnOff")}
            </Button>
          </>
        )}
        <Button onClick={() => void trySound().catch(toast.failed)}>{t("notifications.test")}</Button>
      </div>
    </Setting>
  );
}
