import { createHash } from "node:crypto";
import type { Keyring } from "../../core/ports.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import { asSealed, type SealedValue } from "../../platform/sealed.js";
import type { AttemptRow, DeliveryRow, HookModels } from "./model.js";

export interface Delivery extends Omit<DeliveryRow, "_id" | "body" | "requestHeaders" | "excerpt"> {
  id: string;
  body: string | null;
  requestHeaders: Record<string, string> | null;
  excerpt: string | null;
}

/** An event that is to be delivered. */
export interface ToDeliver {
  eventId: string;
  eventType: string;
  seq: number;
  orderKey: string | null;
  messageId?: string;
}

/** Deliveries shown of one message. */
const shownMost = 100;
const keptMs = 30 * 86_400_000;
/** A try and everything around it takes less; longer means that its process died. */
export const claimMs = 45_000;
/** The same event for the same endpoint is one delivery; a replay is another one. */
const deliveryId = (endpointId: string, eventId: string, replay: string) =>
  `dlv_${createHash("sha256").update([endpointId, eventId, replay].join("\u0000")).digest("hex").slice(0, 26)}`;

/** Deliveries: what is to be sent, what was, and how it went. */
export function deliveryRepo({ endpoints, deliveries }: HookModels, keyring: Keyring) {
  const seal = async (workspaceId: string, field: string, value: string): Promise<SealedValue> =>
    asSealed(await keyring.seal({ workspaceId, collection: "webhooks", field }, value));
  const open = (workspaceId: string, field: string, value: SealedValue) =>
    keyring.open({ workspaceId, collection: "webhooks", field }, value);

  async function openedDelivery(row: DeliveryRow): Promise<Delivery> {
    const { _id, body, requestHeaders, excerpt, ...rest } = row;
    const text = (field: string, value: SealedValue | null) => (value ? open(row.workspaceId, field, value) : null);
    const headers = await text("requestHeaders", requestHeaders);
    return {
      ...rest,
      id: _id,
      body: await text("body", body),
      requestHeaders: headers === null ? null : (JSON.parse(headers) as Record<string, string>),
      excerpt: await text("excerpt", excerpt),
    };
  }

  async function earlier(row: DeliveryRow): Promise<{ dueAt: Date } | null> {
    return deliveries
      .findOne({ endpointId: row.endpointId, orderKey: row.orderKey, open: true, seq: { $lt: row.seq } }, { dueAt: 1 })
      .sort({ seq: 1 })
      .lean();
  }

  async function insert(
    endpoint: { _id: string; workspaceId: string },
    wanted: readonly ToDeliver[],
    replay: string,
    now: Date,
  ): Promise<void> {
    if (wanted.length === 0) return;
    const rows = wanted.map((event): DeliveryRow => ({
      _id: deliveryId(endpoint._id, event.eventId, replay),
      workspaceId: endpoint.workspaceId,
      endpointId: endpoint._id,
      ...event,
      state: "waiting",
      open: true,
      dueAt: now,
      attempts: [],
      body: null,
      requestHeaders: null,
      excerpt: null,
      createdAt: now,
      expiresAt: new Date(now.getTime() + keptMs),
    }));
    try {
      await deliveries.collection.insertMany(rows as never, { ordered: false });
    } catch (error) {
      const { writeErrors } = error as { writeErrors?: { code: number }[] | { code: number } };
      const list = writeErrors === undefined ? [] : Array.isArray(writeErrors) ? writeErrors : [writeErrors];
      // What is there already was relayed before.
      if (list.length === 0 || list.some((one) => one.code !== 11000)) throw error;
    }
  }

  return {
    insert,

    /** Claims the delivery that is due first and may go now; with an order key nothing overtakes an earlier one. */
    async claim(endpoint: { id: string; orderedBy: string | null }, now: Date): Promise<DeliveryRow | undefined> {
      const candidates = await deliveries
        .find({ endpointId: endpoint.id, open: true, dueAt: { $lte: now } })
        .sort({ dueAt: 1, seq: 1 })
        .limit(endpoint.orderedBy === null ? 5 : 50)
        .lean();
      for (const row of candidates) {
        const before = row.orderKey === null ? null : await earlier(row);
        if (before) {
          // It has no turn before the one in front of it has.
          const wait = new Date(Math.max(before.dueAt.getTime(), now.getTime()) + 1);
          await deliveries.updateOne({ _id: row._id, state: "waiting", dueAt: row.dueAt }, { $set: { dueAt: wait } });
          continue;
        }
        const { modifiedCount } = await deliveries.updateOne(
          { _id: row._id, open: true, dueAt: row.dueAt, state: row.state },
          { $set: { state: "sending", dueAt: new Date(now.getTime() + claimMs) } },
        );
        if (modifiedCount === 1) return { ...row, state: "sending", dueAt: new Date(now.getTime() + claimMs) };
      }
      return undefined;
    },

    body: (row: DeliveryRow) => (row.body ? open(row.workspaceId, "body", row.body) : undefined),
    async keepBody(row: DeliveryRow, body: string): Promise<void> {
      await deliveries.updateOne({ _id: row._id }, { $set: { body: await seal(row.workspaceId, "body", body) } });
    },

    /** Writes down how a try ended. `again`: when the next one is; null: it was the last. */
    async tried(
      row: DeliveryRow,
      attempt: AttemptRow,
      seen: { headers: Record<string, string>; excerpt: string | null },
      end: { state: "delivered" } | { state: "failed" } | { state: "waiting"; again: Date },
    ): Promise<void> {
      const { workspaceId } = row;
      await deliveries.updateOne(
        { _id: row._id },
        {
          $set: {
            state: end.state,
            requestHeaders: await seal(workspaceId, "requestHeaders", JSON.stringify(seen.headers)),
            excerpt: seen.excerpt === null ? null : await seal(workspaceId, "excerpt", seen.excerpt),
            ...(end.state === "waiting" ? { dueAt: end.again } : {}),
          },
          $push: { attempts: attempt },
          ...(end.state === "waiting" ? {} : { $unset: { open: 1 } }),
        },
      );
      if (end.state === "waiting" || row.orderKey === null) return;
      // What waited behind it has its turn, whoever has just put it off.
      const next = await deliveries
        .findOne({ endpointId: row.endpointId, orderKey: row.orderKey, open: true, seq: { $gt: row.seq } }, { _id: 1 })
        .sort({ seq: 1 })
        .lean();
      if (next) {
        await deliveries.updateOne(
          { _id: next._id, state: "waiting", attempts: { $size: 0 } },
          { $set: { dueAt: attempt.at } },
        );
      }
    },

    /** Nothing is due any more: when the next delivery is. Does nothing when something was put in meanwhile. */
    async rest(id: string, bell: number): Promise<void> {
      const next = await deliveries
        .findOne({ endpointId: id, open: true }, { dueAt: 1 })
        .sort({ dueAt: 1, seq: 1 })
        .lean();
      await endpoints.updateOne({ _id: id, bell }, { $set: { dueAt: next?.dueAt ?? null } });
    },

    async deliveries(
      endpointId: string,
      query: {
        limit: number;
        cursor?: string | undefined;
        state?: DeliveryRow["state"] | undefined;
        event_type?: string | undefined;
      },
    ): Promise<{ items: Delivery[]; next: string | null }> {
      const after = decodeCursor(query.cursor, ["date", "string"] as const);
      const rows = await deliveries
        .find({
          endpointId,
          ...(query.state ? { state: query.state } : {}),
          ...(query.event_type === undefined ? {} : { eventType: query.event_type }),
          ...(after
            ? { createdAt: { $lte: after[0] }, $or: [{ createdAt: { $lt: after[0] } }, { _id: { $lt: after[1] } }] }
            : {}),
        })
        .sort({ createdAt: -1, _id: -1 })
        .limit(query.limit + 1)
        .lean();
      const page = rows.slice(0, query.limit);
      const tail = page.at(-1);
      return {
        items: await Promise.all(page.map(openedDelivery)),
        next: rows.length > query.limit && tail ? encodeCursor([tail.createdAt, tail._id]) : null,
      };
    },

    /** What was told of a message, oldest first. */
    async of(
      workspaceId: string,
      messageId: string,
    ): Promise<Pick<DeliveryRow, "endpointId" | "eventType" | "createdAt" | "attempts">[]> {
      return deliveries
        .find({ workspaceId, messageId: { $eq: messageId, $type: "string" } } as never, {
          endpointId: 1,
          eventType: 1,
          createdAt: 1,
          attempts: 1,
        })
        .sort({ createdAt: 1 })
        .limit(shownMost)
        .lean();
    },

    async delivery(workspaceId: string, id: string): Promise<Delivery | undefined> {
      const row = await deliveries.findOne({ _id: id, workspaceId }).lean();
      return row ? openedDelivery(row) : undefined;
    },

    /** Puts a delivery on its way now: one that has ended, or one that would wait for its next try. */
    async resend(workspaceId: string, id: string, now: Date): Promise<boolean> {
      const row = await deliveries
        .findOneAndUpdate(
          { _id: id, workspaceId, state: { $in: ["failed", "delivered", "waiting"] } },
          { $set: { state: "waiting", open: true, dueAt: now } },
        )
        .lean();
      if (row) await endpoints.updateOne({ _id: row.endpointId }, { $set: { dueAt: now }, $inc: { bell: 1 } });
      return row !== null;
    },

    /** Puts everything of an endpoint that failed since then on its way now, also what would wait for its next try. */
    async recover(endpointId: string, since: Date, now: Date): Promise<number> {
      const { modifiedCount } = await deliveries.updateMany(
        {
          endpointId,
          state: { $in: ["failed", "waiting"] },
          createdAt: { $gte: since },
          "attempts.0": { $exists: true },
        },
        { $set: { state: "waiting", open: true, dueAt: now } },
      );
      await endpoints.updateOne({ _id: endpointId }, { $set: { dueAt: now }, $inc: { bell: 1 } });
      return modifiedCount;
    },
  };
}
