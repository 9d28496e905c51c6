import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Clock, Keyring } from "../../core/ports.js";
import { asSealed, type SealedValue } from "../../platform/sealed.js";
import type { HookModels } from "./model.js";
import { newSecret } from "./repo.js";

export interface Bin {
  id: string;
  url: string;
  secret: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface BinRequest {
  id: string;
  at: Date;
  headers: Record<string, string>;
  body: string;
  valid: boolean;
}

/** Places that take webhooks and show them, so that nobody needs a server to try. */
export interface Bins {
  /** Those that still take something, newest first. */
  list(workspaceId: string): Promise<Bin[]>;
  /** Throws AppError `conflict` when the workspace has as many as it may. */
  create(workspaceId: string): Promise<Bin>;
  /** With everything it took. */
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** Newest first; undefined when there is no such bin. */
  requests(workspaceId: string, id: string): Promise<BinRequest[] | undefined>;
  /** A request to a bin's address. 404 when there is none (any more). */
  receive(request: { key: string; headers: Record<string, string>; body: string }): Promise<200 | 404>;
  /** The key of a bin of ours in an address; undefined for any other. */
  keyIn(url: string): string | undefined;
}

const keptMs = 24 * 3_600_000;
const shownMost = 50;
const binsMost = 20;
/** Headers that are worth showing and carry no secret of the sender. */
const shownHeaders = /^(webhook-|content-type$|user-agent$|x-)/;

export function createBins(deps: {
  models: HookModels;
  keyring: Keyring;
  publicUrl: () => string;
  clock: Clock;
}): Bins {
  const { bins, binRequests } = deps.models;
  const place = (workspaceId: string, field: string) => ({ workspaceId, collection: "request_bins", field });
  const seal = async (workspaceId: string, field: string, value: string) =>
    asSealed(await deps.keyring.seal(place(workspaceId, field), value));
  const open = (workspaceId: string, field: string, value: SealedValue) =>
    deps.keyring.open(place(workspaceId, field), value);
  const base = () => `${deps.publicUrl().replace(/\/$/, "")}/bins/`;

  function verified(secret: string, body: string, headers: Record<string, string>): boolean {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  }

  const inUse = (workspaceId: string) => ({ workspaceId, expiresAt: { $gt: deps.clock.now() } });

  return {
    async list(workspaceId) {
      const rows = await bins.find(inUse(workspaceId)).sort({ expiresAt: -1 }).limit(binsMost).lean();
      return Promise.all(
        rows.map(async ({ _id, key, secret, expiresAt }) => ({
          id: _id,
          url: `${base()}${key}`,
          secret: await open(workspaceId, "secret", secret),
          createdAt: new Date(expiresAt.getTime() - keptMs),
          expiresAt,
        })),
      );
    },

    async create(workspaceId) {
      if ((await bins.countDocuments(inUse(workspaceId))) >= binsMost) {
        throw new AppError(
          "conflict",
          `A workspace has at most ${binsMost} request bins at a time. Delete one first.`,
          { reason: "bins_most", extensions: { most: binsMost } },
        );
      }
      const key = randomBytes(18).toString("base64url");
      const secret = newSecret();
      const id = newId("bin");
      const createdAt = deps.clock.now();
      const expiresAt = new Date(createdAt.getTime() + keptMs);
      await bins.create({ _id: id, workspaceId, key, secret: await seal(workspaceId, "secret", secret), expiresAt });
      return { id, url: `${base()}${key}`, secret, createdAt, expiresAt };
    },

    async remove(workspaceId, id) {
      const { deletedCount } = await bins.deleteOne({ _id: id, workspaceId });
      if (deletedCount === 1) await binRequests.deleteMany({ binId: id });
      return deletedCount === 1;
    },

    async requests(workspaceId, id) {
      if (!(await bins.exists({ _id: id, workspaceId }))) return undefined;
      const rows = await binRequests.find({ binId: id }).sort({ _id: -1 }).limit(shownMost).lean();
      return Promise.all(
        rows.map(async (row) => ({
          id: row._id,
          at: row.at,
          headers: JSON.parse(await open(workspaceId, "headers", row.headers)) as Record<string, string>,
          body: await open(workspaceId, "body", row.body),
          valid: row.valid,
        })),
      );
    },

    async receive({ key, headers, body }) {
      const bin = await bins.findOne({ key }).lean();
      if (!bin || bin.expiresAt <= deps.clock.now()) return 404;
      const { workspaceId } = bin;
      const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => shownHeaders.test(name)));
      await binRequests.create({
        _id: newId("binRequest"),
        workspaceId,
        binId: bin._id,
        at: deps.clock.now(),
        headers: await seal(workspaceId, "headers", JSON.stringify(shown)),
        body: await seal(workspaceId, "body", body.slice(0, 100_000)),
        valid: verified(await open(workspaceId, "secret", bin.secret), body, headers),
        expiresAt: bin.expiresAt,
      });
      // The oldest go, so that a bin stays a bin.
      const [last] = await binRequests
        .find({ binId: bin._id }, { _id: 1 })
        .sort({ _id: -1 })
        .skip(shownMost)
        .limit(1)
        .lean();
      if (last) await binRequests.deleteMany({ binId: bin._id, _id: { $lte: last._id } });
      return 200;
    },

    keyIn(url) {
      return url.startsWith(base()) ? url.slice(base().length) : undefined;
    },
  };
}
