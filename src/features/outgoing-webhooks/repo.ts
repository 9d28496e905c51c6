import { randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Keyring } from "../../core/ports.js";
import { asSealed, type SealedValue } from "../../platform/sealed.js";
import { claimMs, deliveryRepo, type ToDeliver } from "./deliveries.js";
import type { EndpointRow, HookModels } from "./model.js";

export type { Delivery, ToDeliver } from "./deliveries.js";

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

/** Endpoints of one workspace. */
const endpointsMost = 100;

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

export type HookRepo = ReturnType<typeof hookRepo>;

/** Endpoints, and the deliveries to them. */
export function hookRepo(models: HookModels, keyring: Keyring) {
  const { endpoints, deliveries } = models;
  const log = deliveryRepo(models, keyring);
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

  async function sealedInput(workspaceId: string, input: Partial<EndpointInput>): Promise<Partial<EndpointRow>> {
    const { url, headers, secret: _secret, ...plain } = input;
    return {
      ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
      ...(url === undefined ? {} : { url: await seal(workspaceId, "url", url) }),
      ...(headers === undefined ? {} : { headers: await seal(workspaceId, "headers", JSON.stringify(headers)) }),
    };
  }

  return {
    ...log,

    async create(workspaceId: string, input: EndpointInput, cursor: number, now: Date): Promise<HookEndpoint> {
      if ((await endpoints.countDocuments({ workspaceId })) >= endpointsMost) {
        throw new AppError("unprocessable", `A workspace has at most ${endpointsMost} webhook endpoints.`, {
          reason: "endpoints_most",
          extensions: { most: endpointsMost },
        });
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
      await log.insert(endpoint, wanted, "", now);
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
      await log.insert({ _id: endpoint.id, workspaceId: endpoint.workspaceId }, wanted, replay, now);
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

    async succeeded(id: string, now: Date): Promise<void> {
      await endpoints.updateOne({ _id: id }, { $set: { lastSuccessAt: now, failingSince: null } });
    },
    /** Since when the endpoint has been failing without a success. */
    async failed(id: string, now: Date): Promise<Date> {
      await endpoints.updateOne({ _id: id, failingSince: null }, { $set: { failingSince: now } });
      return (await endpoints.findOne({ _id: id }, { failingSince: 1 }).lean())?.failingSince ?? now;
    },
  };
}
