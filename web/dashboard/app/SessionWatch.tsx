import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { onForbidden, onSignedOut } from "../api/client.js";
import { queryClient } from "../api/queryClient.js";
import { meQuery, useMe, type MyWorkspace } from "../api/session.js";
import { toast } from "../components/ui/toast.js";
import { subscribeEphemeral } from "../realtime/connection.js";

const SignInAgain = lazy(async () => ({ default: (await import("../areas/auth/SignInAgain.js")).SignInAgain }));

const lookEveryMs = 15_000;

const lookAgain = () => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });

/** A session that ended is begun anew over the page, so that nothing on it is lost. */
export function SessionWatch({ onBack }: { onBack: () => void }) {
  const me = useMe();
  const [ended, setEnded] = useState(false);
  useEffect(() => onSignedOut(() => setEnded(true)), []);
  // Nothing tells that a role was changed, so it is looked up now and then, and when one comes back to the page.
  useQuery({ ...meQuery, enabled: !ended, refetchInterval: lookEveryMs, refetchOnWindowFocus: true });
  useEffect(() => {
    let last = 0;
    const soon = () => {
      if (Date.now() - last < 5_000) return;
      last = Date.now();
      lookAgain();
    };
    const stops = [onForbidden(soon), subscribeEphemeral("session.ended", lookAgain)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  if (!ended) return null;
  return (
    <Suspense fallback={null}>
      <SignInAgain
        email={me.email}
        onDone={() => {
          setEnded(false);
          void queryClient.invalidateQueries();
          onBack();
        }}
        onLeave={() => {
          queryClient.clear();
          location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
        }}
      />
    </Suspense>
  );
}

/** Says so when one may do more or less than a moment ago; what is no longer allowed is gone from the page by itself. */
export function useRoleChanges(workspace: MyWorkspace): void {
  const { t } = useTranslation("common");
  const before = useRef(workspace);
  useEffect(() => {
    const then = before.current;
    before.current = workspace;
    const same = JSON.stringify([...then.permissions].sort()) === JSON.stringify([...workspace.permissions].sort());
    if (then.id !== workspace.id || same) return;
    const lost = then.permissions.some((one) => !workspace.permissions.includes(one));
    toast.done(lost ? t("role.less", { role: workspace.role.name }) : t("role.more", { role: workspace.role.name }));
    if (!lost) void queryClient.invalidateQueries();
  }, [workspace, t]);
}
