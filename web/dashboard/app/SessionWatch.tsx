import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { onForbidden, onSignedOut } from "../api/client.js";
import { queryClient } from "../api/queryClient.js";
import { meQuery, useMe, type MyWorkspace } from "../api/session.js";
import { roleKey } from "../areas/settings/permissions.js";
import { Banner } from "../components/ui/states.js";
import { subscribeEphemeral } from "../realtime/connection.js";

const SignInAgain = lazy(async () => ({ default: (await import("../areas/auth/SignInAgain.js")).SignInAgain }));

const lookEveryMs = 60_000;

const lookAgain = () => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });

/** Somebody's rights in a workspace changed: perhaps mine, and what lists of members and roles say. */
function lookAtMembers(): void {
  lookAgain();
  const lists = ["members", "roles", "invitations"];
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [top, , list] }) => top === "w" && lists.includes(String(list)),
  });
}

/** A session that ended is begun anew over the page, so that nothing on it is lost. */
export function SessionWatch({ onBack }: { onBack: () => void }) {
  const me = useMe();
  const [ended, setEnded] = useState(false);
  useEffect(() => onSignedOut(() => setEnded(true)), []);
  // The socket tells of changes at once; this is for who had none just then.
  useQuery({ ...meQuery, enabled: !ended, refetchInterval: lookEveryMs, refetchOnWindowFocus: true });
  useEffect(() => {
    let last = 0;
    const soon = () => {
      if (Date.now() - last < 5_000) return;
      last = Date.now();
      lookAgain();
    };
    const stops = [
      onForbidden(soon),
      subscribeEphemeral("session.ended", lookAgain),
      subscribeEphemeral("access.changed", lookAtMembers),
    ];
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

function RoleChange({ change, role }: { change: "less" | "more"; role: MyWorkspace["role"] }) {
  // Names of roles are texts of the settings, which nobody else needs here.
  const { t } = useTranslation(["common", "settings"]);
  const key = roleKey(role.id);
  return t(`role.${change}`, { role: key === undefined ? role.name : t(key) });
}

/** Says so when one may do more or less than a moment ago, until it is dismissed. What stands on the page stays. */
export function RoleChanges({ workspace }: { workspace: MyWorkspace }) {
  const [change, setChange] = useState<"less" | "more">();
  const before = useRef(workspace);
  useEffect(() => {
    const then = before.current;
    before.current = workspace;
    const same = JSON.stringify([...then.permissions].sort()) === JSON.stringify([...workspace.permissions].sort());
    if (then.id !== workspace.id || same) return;
    const lost = then.permissions.some((one) => !workspace.permissions.includes(one));
    setChange(lost ? "less" : "more");
    if (!lost) void queryClient.invalidateQueries();
  }, [workspace]);
  return (
    <div aria-live="polite">
      {change && (
        <Suspense fallback={null}>
          <Banner tone={change === "less" ? "warning" : "info"} onDismiss={() => setChange(undefined)}>
            <RoleChange change={change} role={workspace.role} />
          </Banner>
        </Suspense>
      )}
    </div>
  );
}
