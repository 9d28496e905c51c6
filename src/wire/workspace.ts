import { z } from "zod";
import { scopes } from "./scopes.js";
import { time } from "./time.js";

const id = z.string().min(1).max(100);
const name = z.string().trim().min(1).max(100);

const color = z
  .string()
  .regex(/^#[0-9a-f]{6}$/, "six hexadecimal digits after #, lower case")
  .describe("#rrggbb");

export const workspaceDto = z
  .object({
    id: z.string(),
    name: z.string(),
    brand_color: z.string().nullable(),
    two_factor_required: z.boolean(),
    created_at: time,
  })
  .meta({ id: "Workspace" });
export const workspaceChange = z.strictObject({
  name: name.optional(),
  brand_color: color.nullable().optional(),
  two_factor_required: z.boolean().optional(),
});

export const memberDto = z
  .object({
    id: z.string(),
    user_id: z.string().nullable().describe("Who signs in as this member; null: nobody does"),
    name: z.string(),
    email: z.string().nullable().describe("Only for callers who manage members"),
    role: z.object({ id: z.string(), name: z.string() }),
    active: z.boolean(),
    two_factor: z.boolean().nullable().describe("Only for callers who manage members"),
    last_seen_at: time.nullable().describe("Only for callers who manage members; to the minute"),
    created_at: time,
  })
  .meta({ id: "Member" });
export const newMember = z.strictObject({ name });
export const memberChange = z.strictObject({
  name: name.optional(),
  role_id: id.optional(),
  active: z.boolean().optional(),
});

export const teamDto = z
  .object({ id: z.string(), name: z.string(), member_ids: z.array(z.string()), created_at: time })
  .meta({ id: "Team" });
export const newTeam = z.strictObject({ name, member_ids: z.array(id).max(500).optional() });
export const teamChange = z.strictObject({ name: name.optional(), member_ids: z.array(id).max(500).optional() });

export const labelDto = z
  .object({ id: z.string(), name: z.string(), color: z.string(), created_at: time })
  .meta({ id: "Label" });
export const newLabel = z.strictObject({ name: name.max(50), color: color.default("#0b7268") });
export const labelChange = z.strictObject({ name: name.max(50).optional(), color: color.optional() });

const scope = z.enum(scopes);
export const apiKeyDto = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe("The beginning of the key, to recognise it"),
    scopes: z.array(z.string()),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .meta({ id: "ApiKey" });
export const newApiKey = z.strictObject({
  name,
  scopes: z.array(scope).min(1).max(20),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export const createdApiKeyDto = apiKeyDto.extend({ key: z.string().describe("Shown once") }).meta({ id: "NewApiKey" });
