import { z } from "zod";
import { scopes } from "./scopes.js";
import { time } from "./time.js";

/** The languages the product speaks to people in. */
export const languages = ["en", "es", "de", "pt-BR", "fr", "ar"] as const;
export type Language = (typeof languages)[number];

const name = z.string().trim().min(1).max(100);
const email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>"'(),;:\\[\]]+@[^\s@<>"'(),;:\\[\]]+\.[^\s@<>"'(),;:\\[\]]+$/, "is no e-mail address");
/** Anything goes but too short or absurdly long: nothing is cut off, and a long body never reaches the hash. */
const newPassword = z.string().min(8, "must have at least 8 characters").max(1_000);
const password = z.string().min(1).max(1_000);
const token = z.string().min(20).max(200);
const language = z.enum(languages);
const totpCode = z
  .string()
  .trim()
  .regex(/^\d{6}$/, "six digits");
const recoveryCode = z.string().trim().min(8).max(40);
const roleRef = z.object({ id: z.string(), name: z.string() });

/** What somebody can be told of. */
export const notificationEvents = [
  "created",
  "assigned",
  "mention",
  "message_assigned",
  "message_participating",
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

const notify = z.object({ app: z.boolean(), sound: z.boolean(), push: z.boolean(), email: z.boolean() });
/** A time zone by its IANA name, which this machine knows. */
const timeZone = z
  .string()
  .max(60)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
      return false;
    }
  }, "is no time zone");
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "hh:mm");

/** How somebody likes the dashboard. Whatever is not named here is dropped. */
export const preferencesDto = z
  .object({
    theme: z.enum(["system", "light", "dark"]).default("system"),
    density: z.enum(["comfortable", "compact"]).default("comfortable"),
    enter_sends: z.boolean().default(true),
    single_keys: z.boolean().default(true),
    keys: z.record(z.string().max(60), z.string().max(60)).default({}).describe("Action to key, where it was changed"),
    panes: z.record(z.string().max(30), z.number().min(0).max(10_000)).default({}).describe("Widths, in pixels"),
    dismissed: z.array(z.string().max(80)).max(100).default([]).describe("Hints that were put away"),
    notifications: z.partialRecord(z.enum(notificationEvents), notify).default({}),
    sound: z.enum(["none", "assigned", "all"]).default("assigned"),
    sound_only_inactive: z.boolean().default(true),
    sound_repeat: z.boolean().default(false),
    quiet_hours: z
      .object({
        from: clockTime,
        to: clockTime,
        time_zone: timeZone.optional().describe("IANA name, of where the person is; UTC when it is missing"),
      })
      .nullable()
      .default(null),
  })
  .meta({ id: "Preferences" });

export const membershipDto = z
  .object({
    workspace: z.object({
      id: z.string(),
      name: z.string(),
      brand_color: z.string().nullable(),
      two_factor_required: z.boolean(),
    }),
    member_id: z.string(),
    role: roleRef,
    permissions: z.array(z.string()).describe("`*` permits everything"),
  })
  .meta({ id: "Membership" });

export const meDto = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    two_factor: z.boolean(),
    has_password: z.boolean(),
    language,
    preferences: preferencesDto,
    memberships: z.array(membershipDto).describe("Workspaces to switch between"),
  })
  .meta({ id: "Me" });

/** Who came in by an invitation, and where to. */
export const joinedDto = meDto.extend({ joined_workspace_id: z.string() }).meta({ id: "Joined" });

export const authStateDto = z
  .object({
    setup_needed: z.boolean().describe("Nobody owns this installation yet: open the set-up link"),
    signed_in: z.boolean(),
    providers: z.array(z.object({ id: z.string(), label: z.string() })),
    mail: z.boolean().describe("Mail can be sent; otherwise links have to be passed on by hand"),
    demo_available: z.boolean(),
    version: z.string(),
  })
  .meta({ id: "AuthState" });

export const setupRequest = z.strictObject({
  token,
  name,
  email,
  password: newPassword,
  workspace_name: name,
  language: language.default("en"),
  demo: z.boolean().optional().describe("Load demo data"),
});
export const signInRequest = z.strictObject({ email: z.string().trim().min(1).max(254), password });
export const signInAnswer = z
  .object({ state: z.enum(["signed_in", "two_factor_needed"]), me: meDto.nullable() })
  .meta({ id: "SignIn" });
export const twoFactorRequest = z.strictObject({ code: totpCode.optional(), recovery_code: recoveryCode.optional() });
export const forgotRequest = z.strictObject({ email });
export const resetRequest = z.strictObject({ token, password: newPassword });
export const verifyRequest = z.strictObject({ token });

export const invitationLook = z.strictObject({ token });
export const invitationShown = z
  .object({
    workspace_name: z.string(),
    email: z.string(),
    role_id: z.string().describe("Names of built-in roles have translations: owner, admin, agent, viewer"),
    role_name: z.string(),
    invited_by: z.string(),
    account_exists: z.boolean(),
    expires_at: time,
  })
  .meta({ id: "InvitationShown" });
export const invitationAccept = z.strictObject({
  token,
  name: name.optional().describe("Needed for a new account"),
  password: password.optional().describe("Of the account, or for a new one; not needed when signed in"),
  language: language.optional(),
});

export const meChange = z.strictObject({ name: name.optional(), language: language.optional() });
export const passwordChange = z.strictObject({
  current: password.optional().describe("Needed when there is one"),
  next: newPassword,
});
export const passwordProof = z.strictObject({ password: password.optional().describe("Needed when there is one") });
export const twoFactorConfirm = z.strictObject({ code: totpCode });
export const twoFactorEnd = z.strictObject({
  password: password.optional().describe("Needed when there is one"),
  code: z.string().trim().min(6).max(40).describe("Of the app, or a recovery code"),
});
export const twoFactorStart = z
  .object({ secret: z.string(), uri: z.string(), qr_svg: z.string() })
  .meta({ id: "TwoFactorStart" });
export const recoveryCodes = z
  .object({ recovery_codes: z.array(z.string()).describe("Shown once; each works once") })
  .meta({ id: "RecoveryCodes" });
export const newOwnWorkspace = z.strictObject({ name });

export const sessionDto = z
  .object({
    id: z.string(),
    current: z.boolean(),
    created_at: time,
    last_seen_at: time,
    address: z.string().nullable(),
    agent: z.string().nullable(),
  })
  .meta({ id: "Session" });

export const invitationDto = z
  .object({
    id: z.string(),
    email: z.string(),
    role: roleRef,
    invited_by: z.string(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: "Invitation" });
export const newInvitation = z.strictObject({ email, role_id: z.string().min(1).max(100) });
export const createdInvitationDto = invitationDto
  .extend({ link: z.string().describe("Shown once: works without mail as well") })
  .meta({ id: "NewInvitation" });

const permission = z.enum(scopes);
export const roleDto = z
  .object({
    id: z.string(),
    name: z.string(),
    permissions: z.array(z.string()),
    built_in: z.boolean(),
    members: z.int().min(0),
  })
  .meta({ id: "Role" });
const permissions = z.array(permission).max(scopes.length);
export const newRole = z.strictObject({ name, permissions });
export const roleChange = z.strictObject({ name: name.optional(), permissions: permissions.optional() });

export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  actor_id: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export const auditEntryDto = z
  .object({
    id: z.string(),
    at: time,
    actor: z.object({
      kind: z.enum(["member", "api", "system"]),
      id: z.string().nullable(),
      name: z.string().nullable(),
    }),
    action: z.string(),
    outcome: z.string().describe("`done`, or the code of the refusal"),
    target: z.object({ kind: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
    details: z.record(z.string(), z.unknown()),
    address: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });

export type MeDto = z.infer<typeof meDto>;
