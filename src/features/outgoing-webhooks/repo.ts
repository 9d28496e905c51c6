import { createHash, randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Keyring } from "../../core/ports.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import { asSealed, type SealedValue } from "../../platform/sealed.js";
import type { AttemptRow, DeliveryRow, EndpointRow, HookModels } from "./model.js";

/** An endpoint with its private parts opened. */
export interface HookEndpoint extends Omit<EndpointRow, "_id" | "url" | "headers" | "secrets" | "slots" | "bell"> {
  id: string;
  url: string;
  headers: Record<string, string>;
  secrets: { value: string; until: Date | null }[];
}

export interface EndpointInput {
  url: string;
  description: string | null;
  events: string[];
  headers: Record<string, string>;
  ratePerSecond: number | null;
  concurrency: number;
  orderedBy: "conversation_id" | null;
  /** The caller's own; one is made when there is none. */
  secret?: string | undefined;
}

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
}

const keptMs = 30 * 86_400_000;
/** A try and everything around it takes less; longer means that its process died. */
const claimMs = 45_000;
/** Endpoints of one workspace. */
const endpointsMost = 100;

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** The same event for the same endpoint is one delivery; a replay is another one. */
const deliveryId = (endpointId: string, eventId: string, replay: string) =>
  `dlv_${createHash("sha256").update([endpointId, eventId, replay].join("\u0000")).digest("hex").slice(0, 26)}`;

export type HookRepo = ReturnType<typeof hookRepo>;

/** Endpoints and deliveries. */
export function hookRepo({ endpoints, deliveries }: HookModels, keyring: Keyring) {
  const seal = async (workspaceId: string, field: string, value: string): Promise<SealedValue> =>
    asSealed(await keyring.seal({ workspaceId, collection: "webhooks", field }, value));
  const open = (workspaceId: string, field: string, value: SealedValue) =>
    keyring.open({ workspaceId, collection: "webhooks", field }, value);

  async function opened(row: EndpointRow): Promise<HookEndpoint> {
    const { _id, url, headers, secrets, slots: _slots, bell: _bell, ...rest } = row;
    return {
      ...rest,
      id: _id,
      url: await open(row.workspaceId, "url", url),
      headers: headers ? (JSON.parse(await open(row.workspaceId, "headers", headers)) as Record<string, string>) : {},
      secrets: await Promise.all(
        secrets.map(async ({ value, until }) => ({ value: await open(row.workspaceId, "secret", value), until })),
      ),
    };
  }

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

  async function sealedInput(workspaceId: string, input: Partial<EndpointInput>): Promise<Partial<EndpointRow>> {
    const { url, headers, secret: _secret, ...plain } = input;
    return {
      ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
      ...(url === undefined ? {} : { url: await seal(workspaceId, "url", url) }),
      ...(headers === undefined ? {} : { headers: await seal(workspaceId, "headers", JSON.stringify(headers)) }),
    };
  }

  return {
    async create(workspaceId: string, input: EndpointInput, cursor: number, now: Date): Promise<HookEndpoint> {
      if ((await endpoints.countDocuments({ workspaceId })) >= endpointsMost) {
        throw new AppError("unprocessable", `A workspace has at most ${endpointsMost} webhook endpoints.`);
      }
      const row = {
        _id: newId("hookEndpoint"),
        workspaceId,
        ...(await sealedInput(workspaceId, input)),
        enabled: true,
        disabledCause: null,
        secrets: [{ value: await seal(workspaceId, "secret", input.secret ?? newSecret()), until: null }],
        cursor,
        dueAt: null,
        bell: 0,
        slots: [],
        nextAt: now,
        failingSince: null,
        lastSuccessAt: null,
        createdAt: now,
      } as unknown as EndpointRow;
      await endpoints.create(row);
      return opened(row);
    },

    async list(workspaceId: string): Promise<HookEndpoint[]> {
      return Promise.all((await endpoints.find({ workspaceId }).sort({ _id: 1 }).lean()).map(opened));
    },

    async find(workspaceId: string, id: string): Promise<HookEndpoint | undefined> {
      const row = await endpoints.findOne({ _id: id, workspaceId }).lean();
      return row ? opened(row) : undefined;
    },

    async update(workspaceId: string, id: string, change: Partial<EndpointInput>): Promise<HookEndpoint | undefined> {
      const row = await endpoints
        .findOneAndUpdate(
          { _id: id, workspaceId },
          { $set: await sealedInput(workspaceId, change) },
          { returnDocument: "after" },
        )
        .lean();
      return row ? opened(row) : undefined;
    },

    async remove(workspaceId: string, id: string): Promise<boolean> {
      const { deletedCount } = await endpoints.deleteOne({ _id: id, workspaceId });
      if (deletedCount === 1) await deliveries.deleteMany({ endpointId: id });
      return deletedCount === 1;
    },

    /** Switches on; with `cursor` what happened meanwhile is left out. */
    async enable(workspaceId: string, id: string, now: Date, cursor?: number): Promise<void> {
      const set = { enabled: true, disabledCause: null, failingSince: null, dueAt: now };
      await endpoints.updateOne(
        { _id: id, workspaceId },
        { $set: { ...set, ...(cursor === undefined ? {} : { cursor }) } },
      );
    },

    /** Switches off. False when it was off already. */
    async disable(id: string, cause: string): Promise<boolean> {
      const set = { enabled: false, disabledCause: cause };
      return (await endpoints.updateOne({ _id: id, enabled: true }, { $set: set })).modifiedCount === 1;
    },

    async rotate(workspaceId: string, id: string, until: Date, now: Date): Promise<HookEndpoint | undefined> {
      const row = await endpoints.findOne({ _id: id, workspaceId }).lean();
      if (!row) return undefined;
      const kept = row.secrets
        .map((secret) => ({ ...secret, until: secret.until === null || secret.until > until ? until : secret.until }))
        .filter((secret) => secret.until > now);
      const secrets = [{ value: await seal(workspaceId, "secret", newSecret()), until: null }, ...kept].slice(0, 5);
      await endpoints.updateOne({ _id: id, workspaceId }, { $set: { secrets } });
      return opened({ ...row, secrets });
    },

    /** Workspaces that have an endpoint which is on. */
    async workspaces(): Promise<string[]> {
      return endpoints.distinct("workspaceId", { enabled: true });
    },

    async enabledOf(workspaceId: string) {
      return endpoints.find({ workspaceId, enabled: true }, { events: 1, cursor: 1, orderedBy: 1 }).lean();
    },

    /** Remembers what is to be delivered and then moves the cursor: dying in between repeats it, which changes nothing. */
    async relay(
      endpoint: { _id: string; workspaceId: string; cursor: number },
      wanted: readonly ToDeliver[],
      upTo: number,
      now: Date,
    ): Promise<void> {
      await insert(endpoint, wanted, "", now);
      await endpoints.updateOne(
        { _id: endpoint._id, cursor: endpoint.cursor },
        { $set: { cursor: upTo, ...(wanted.length > 0 ? { dueAt: now } : {}) }, $inc: { bell: 1 } },
      );
    },

    /** Delivers events once more, each once per replay. */
    async replay(
      endpoint: { id: string; workspaceId: string },
      wanted: readonly ToDeliver[],
      replay: string,
      now: Date,
    ) {
      await insert({ _id: endpoint.id, workspaceId: endpoint.workspaceId }, wanted, replay, now);
      await endpoints.updateOne({ _id: endpoint.id }, { $set: { dueAt: now }, $inc: { bell: 1 } });
    },

    /** Endpoints with something due. */
    async due(now: Date, limit: number): Promise<{ id: string; workspaceId: string }[]> {
      const rows = await endpoints
        .find({ enabled: true, dueAt: { $lte: now } }, { workspaceId: 1 })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      return rows.map(({ _id, workspaceId }) => ({ id: _id, workspaceId }));
    },

    /** Takes one of the endpoint's places, as its concurrency and its pace allow. One document decides. */
    async takeSlot(id: string, now: Date): Promise<{ endpoint: HookEndpoint; slot: string; bell: number } | undefined> {
      const slot = randomBytes(9).toString("base64url");
      const alive = { $filter: { input: "$slots", as: "slot", cond: { $gt: ["$$slot.until", now] } } };
      const row = (await endpoints.collection.findOneAndUpdate(
        {
          _id: id,
          enabled: true,
          nextAt: { $lte: now },
          $expr: { $lt: [{ $size: alive }, "$concurrency"] },
        } as never,
        [
          {
            $set: {
              slots: { $concatArrays: [alive, [{ id: slot, until: new Date(now.getTime() + claimMs) }]] },
              nextAt: {
                $cond: [
                  { $eq: ["$ratePerSecond", null] },
                  "$nextAt",
                  { $add: [now, { $divide: [1_000, "$ratePerSecond"] }] },
                ],
              },
            },
          },
        ],
        { returnDocument: "after" },
      )) as unknown as EndpointRow | null;
      return row ? { endpoint: await opened(row), slot, bell: row.bell } : undefined;
    },

    async giveSlot(id: string, slot: string): Promise<void> {
      await endpoints.updateOne({ _id: id }, { $pull: { slots: { id: slot } } });
    },

    /** Claims the delivery that is due first and may go now; with an order key nothing overtakes an earlier one. */
    async claim(endpoint: HookEndpoint, now: Date): Promise<DeliveryRow | undefined> {
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

    async succeeded(id: string, now: Date): Promise<void> {
      await endpoints.updateOne({ _id: id }, { $set: { lastSuccessAt: now, failingSince: null } });
    },
    /** Since when the endpoint has been failing without a success. */
    async failed(id: string, now: Date): Promise<Date> {
      await endpoints.updateOne({ _id: id, failingSince: null }, { $set: { failingSince: now } });
      return (await endpoints.findOne({ _id: id }, { failingSince: 1 }).lean())?.failingSince ?? now;
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
      query: { limit: number; cursor?: string | undefined; state?: DeliveryRow["state"] | undefined },
    ): Promise<{ items: Delivery[]; next: string | null }> {
      const after = decodeCursor(query.cursor, ["date", "string"] as const);
      const rows = await deliveries
        .find({
          endpointId,
          ...(query.state ? { state: query.state } : {}),
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

    async delivery(workspaceId: string, id: string): Promise<Delivery | undefined> {
      const row = await deliveries.findOne({ _id: id, workspaceId }).lean();
      return row ? openedDelivery(row) : undefined;
    },

    /** Puts a delivery that has ended on its way again. */
    async resend(workspaceId: string, id: string, now: Date): Promise<boolean> {
      const row = await deliveries
        .findOneAndUpdate(
          { _id: id, workspaceId, state: { $in: ["failed", "delivered"] } },
          { $set: { state: "waiting", open: true, dueAt: now } },
        )
        .lean();
      if (row) await endpoints.updateOne({ _id: row.endpointId }, { $set: { dueAt: now }, $inc: { bell: 1 } });
      return row !== null;
    },

    /** Puts everything of an endpoint that failed since then on its way again. */
    async recover(endpointId: string, since: Date, now: Date): Promise<number> {
      const { modifiedCount } = await deliveries.updateMany(
        { endpointId, state: "failed", createdAt: { $gte: since } },
        { $set: { state: "waiting", open: true, dueAt: now } },
      );
      await endpoints.updateOne({ _id: endpointId }, { $set: { dueAt: now }, $inc: { bell: 1 } });
      return modifiedCount;
    },
  };

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
}
