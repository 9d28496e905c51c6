import { useEffect, useMemo } from "react";
import { useMe, useWorkspace } from "../../api/session.js";
import { useBadge } from "../../app/title.js";
import { useConnection } from "../../realtime/connection.js";
import { showMessage, startLive } from "./data/live.js";
import { drainOutbox, startOutbox } from "./data/outbox.js";
import { useCounts } from "./data/lookups.js";
import { startPresence } from "./data/presence.js";
import { useNotifications } from "./notify/useNotifications.js";

/** What goes on on every page of a workspace: data kept fresh, the outbox emptied, and word of what is new. */
export function InboxBackground() {
  const { id: workspaceId, memberId } = useWorkspace();
  const { id: userId } = useMe();
  const connection = useConnection();
  const unread = useCounts()?.unread.count ?? 0;
  useBadge(unread);
  useEffect(() => startLive(workspaceId, memberId), [workspaceId, memberId]);
  useEffect(() => startPresence(), []);
  useEffect(() => {
    void import("../../app/push.js").then(({ keepPush }) => keepPush(userId)).catch(() => undefined);
  }, [userId]);
  useEffect(
    () => startOutbox({ workspaceId, memberId, onSent: (message) => showMessage(workspaceId, message) }),
    [workspaceId, memberId],
  );
  useEffect(() => {
    if (connection === "online") drainOutbox();
  }, [connection]);
  useNotifications(
    useMemo(() => ({ workspaceId, memberId }), [workspaceId, memberId]),
    unread,
  );
  return null;
}
