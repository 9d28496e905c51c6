import { describe, expect, it } from "@jest/globals";
import { nearestOf, toldOf, wants } from "../../src/features/notifications/rule.js";
import { notificationEvents, type NotificationEvent } from "../../src/wire/identity.js";
import { notifyOf } from "../../web/dashboard/app/notificationChoices.js";
import { kindOf } from "../../web/dashboard/areas/inbox/notify/decide.js";

const workspaceId = "wsp_rule";

describe("the rule of what concerns whom", () => {
  const rows = [
    { assigneeId: null, participants: [] },
    { assigneeId: "me", participants: ["me"] },
    { assigneeId: "you", participants: ["you", "me"] },
    { assigneeId: "you", participants: [] },
  ].map((row) => ({ ...row, lastInboundAt: null }));
  const happened: { type: string; data: Record<string, unknown> }[] = [
    { type: "message.received", data: { message_id: "m" } },
    { type: "conversation.created", data: {} },
    { type: "conversation.assigned", data: { assignee_id: "me", by_id: "you" } },
    { type: "conversation.assigned", data: { assignee_id: "me", by_id: "me" } },
    { type: "conversation.assigned", data: { assignee_id: null, by_id: "you" } },
    { type: "conversation.assigned", data: { team_id: "tea" } },
    { type: "note.created", data: { mentions: ["me", "you"], by_id: "you" } },
    { type: "note.created", data: { mentions: ["me"], by_id: "me" } },
    { type: "message.created", data: {} },
    { type: "conversation.updated", data: { status: "resolved" } },
  ];

  it("is the same outside of the page as within it", () => {
    for (const row of rows)
      for (const { type, data } of happened) {
        const event = { id: "evt", seq: 1, workspaceId, type, at: new Date(), conversationId: "cnv", data };
        const page = kindOf(
          { ...event, workspace_id: workspaceId, conversation_id: "cnv", at: event.at.toISOString() } as never,
          "me",
          { assignee_id: row.assigneeId, participants: row.participants },
        );
        const told = toldOf(event, row).filter(({ memberId: id }) => id === "me" || id === null);
        expect([type, data, nearestOf(told.map(({ kind }) => kind))]).toEqual([type, data, page]);
      }
  });

  it("takes what was never chosen for the same", () => {
    const chosen = { mention: { app: true, sound: true, push: false, email: true } };
    const same = (notifications: Partial<Record<NotificationEvent, (typeof chosen)["mention"]>>) => {
      for (const kind of notificationEvents) {
        const page = notifyOf({ notifications }, kind);
        expect([kind, wants(notifications, kind, "push"), wants(notifications, kind, "mail")]).toEqual([
          ...[kind, page.push, page.email],
        ]);
      }
    };
    same({});
    same(chosen);
  });
});
