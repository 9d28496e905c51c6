import { createHash } from "node:crypto";
import type { Model } from "mongoose";
import type { AccountNotice } from "../../core/events.js";
import type { TemplateRow } from "../models/template.js";

export type Template = Omit<TemplateRow, "_id"> & { id: string };
type TemplateNotice = Extract<AccountNotice, { about: "template" }>;

/** A template as the provider lists it. */
export type ListedTemplate = Pick<Template, "name" | "language" | "status" | "parts"> & {
  id: string;
  category: string;
  quality?: string | undefined;
  reason?: string | undefined;
};

export interface TemplateRepo {
  /** All templates an account has: what is not among them any more goes. */
  replace(account: { id: string; workspaceId: string }, listed: readonly ListedTemplate[], now: Date): Promise<void>;
  /** What the provider's webhook says of one. False when its words are not known here yet. */
  heard(account: { id: string; workspaceId: string }, notice: TemplateNotice, now: Date): Promise<boolean>;
  /** By name, then language. */
  list(workspaceId: string, accountId: string): Promise<Template[]>;
  find(workspaceId: string, accountId: string, name: string, language: string): Promise<Template | undefined>;
  /** True when anything is known about the account's templates. */
  any(accountId: string): Promise<boolean>;
}

/** More than the 6,000 a provider allows. */
const listedMost = 10_000;

const idOf = (accountId: string, name: string, language: string) =>
  `tpl_${createHash("sha256")
    .update(JSON.stringify([accountId, name, language]))
    .digest("hex")
    .slice(0, 26)}`;

export function templateRepo(model: Model<TemplateRow>): TemplateRepo {
  const opened = ({ _id, ...row }: TemplateRow): Template => ({ id: _id, ...row });
  return {
    async replace({ id: accountId, workspaceId }, listed, now) {
      const rows = listed.map(({ id, name, language, quality, reason, ...rest }) => ({
        _id: idOf(accountId, name, language),
        set: {
          workspaceId,
          accountId,
          externalId: id,
          name,
          language,
          quality: quality ?? null,
          reason: reason ?? null,
          ...rest,
          updatedAt: now,
        },
      }));
      if (rows.length > 0) {
        await model.bulkWrite(
          rows.map(({ _id, set }) => ({ updateOne: { filter: { _id }, update: { $set: set }, upsert: true } })),
          { ordered: false },
        );
      }
      await model.deleteMany({ accountId, _id: { $nin: rows.map((row) => row._id) } });
    },

    async heard({ id: accountId, workspaceId }, notice, now) {
      const { name, language, status, quality, category, reason, templateId } = notice;
      const row = await model
        .findOneAndUpdate(
          { _id: idOf(accountId, name, language) },
          {
            $set: {
              ...(status === undefined ? {} : { status, reason: reason ?? null }),
              ...(quality === undefined ? {} : { quality }),
              ...(category === undefined ? {} : { category }),
              ...(templateId === undefined ? {} : { externalId: templateId }),
              updatedAt: now,
            },
            $setOnInsert: {
              workspaceId,
              accountId,
              name,
              language,
              parts: null,
              ...(status === undefined ? { status: "unknown", reason: null } : {}),
            },
          },
          { upsert: true, returnDocument: "after" },
        )
        .lean();
      return row?.parts !== null && row?.parts !== undefined;
    },

    async list(workspaceId, accountId) {
      const rows = await model.find({ accountId, workspaceId }).sort({ name: 1, language: 1 }).limit(listedMost).lean();
      return rows.map(opened);
    },

    async find(workspaceId, accountId, name, language) {
      const row = await model.findOne({ _id: idOf(accountId, name, language), workspaceId }).lean();
      return row ? opened(row) : undefined;
    },

    any: async (accountId) => (await model.exists({ accountId })) !== null,
  };
}
