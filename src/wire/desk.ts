import { z } from "zod";
import { conversationFilters, conversationSort, conversationStatus, priority, refusalDto } from "./inbox.js";
import { time } from "./time.js";

const id = z.string().min(1).max(100);
const name = z.string().trim().min(1).max(100);
const text = z.string().min(1).max(20_000);

/** How many conversations a view holds, counted up to a thousand. */
const countDto = z.object({ count: z.int(), more: z.boolean().describe("There are more than were counted") });

/** The numbers beside the views. All of open conversations, but `unattended`: of whatever is not resolved. */
export const inboxCountsDto = z
  .object({
    unread: countDto.describe("Of `mine`: with messages I have not read"),
    mine: countDto,
    unassigned: countDto,
    all: countDto,
    mentions: countDto,
    participating: countDto,
    unattended: countDto,
    waiting: countDto,
    views: z.record(z.string(), countDto).describe("Of saved views, by id"),
  })
  .meta({ id: "InboxCounts" });

const viewFilters = conversationFilters.extend({ unattended: z.boolean().optional() });

export const viewDto = z
  .object({
    id: z.string(),
    name: z.string(),
    shared: z.boolean().describe("Everybody of the workspace sees it; otherwise whoever made it"),
    filters: viewFilters,
    sort: conversationSort,
    created_by: z.string(),
    created_at: time,
  })
  .meta({ id: "View" });
export const newView = z
  .strictObject({
    name,
    shared: z.boolean().default(false),
    filters: viewFilters,
    sort: conversationSort.default("newest"),
  })
  .meta({ id: "NewView" });
export const viewChange = z
  .strictObject({
    name: name.optional(),
    shared: z.boolean().optional(),
    filters: viewFilters.optional(),
    sort: conversationSort.optional(),
  })
  .meta({ id: "ViewChange" });

/** One thing a macro does. Texts may hold variables, as canned replies do. */
export const macroAction = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("reply"), text }),
    z.strictObject({ kind: z.literal("note"), text }),
    z.strictObject({ kind: z.literal("assign"), assignee_id: id.nullable().describe("A member, `me`, or nobody") }),
    z.strictObject({ kind: z.literal("team"), team_id: id.nullable() }),
    z.strictObject({
      kind: z.literal("labels"),
      add: z.array(id).max(50).default([]),
      remove: z.array(id).max(50).default([]),
    }),
    z.strictObject({ kind: z.literal("priority"), priority }),
    z.strictObject({
      kind: z.literal("status"),
      status: conversationStatus,
      snooze_minutes: z.int().min(1).max(527_040).optional().describe("Of `snoozed`: for how long"),
    }),
  ])
  .meta({ id: "MacroAction" });

export const macroDto = z
  .object({
    id: z.string(),
    name: z.string(),
    shared: z.boolean(),
    actions: z.array(macroAction),
    created_by: z.string(),
    created_at: time,
  })
  .meta({ id: "Macro" });
const actions = z.array(macroAction).min(1).max(20);
export const newMacro = z.strictObject({ name, shared: z.boolean().default(true), actions }).meta({ id: "NewMacro" });
export const macroChange = z
  .strictObject({ name: name.optional(), shared: z.boolean().optional(), actions: actions.optional() })
  .meta({ id: "MacroChange" });

/** What became of each action, in order. After one that failed the others are not tried. */
export const macroRunDto = z
  .object({
    steps: z.array(
      z.object({
        kind: z.string(),
        ok: z.boolean(),
        problem: z.string().nullable().describe("In plain English"),
        refusal: refusalDto.nullable().describe("Null where it went well, and where it was not tried"),
      }),
    ),
  })
  .meta({ id: "MacroRun" });

const shortcut = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[\p{L}\p{N}_-]{1,40}$/u, "1 to 40 letters, digits, _ or -");
const language = z.string().min(2).max(35).nullable();

export const cannedReplyDto = z
  .object({
    id: z.string(),
    shortcut: z.string(),
    name: z.string(),
    text: z.string(),
    language: z.string().nullable(),
    uses: z.int().describe("How often it was put into a message"),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "CannedReply" });
export const newCannedReply = z
  .strictObject({ shortcut, name, text, language: language.default(null) })
  .meta({ id: "NewCannedReply" });
export const cannedReplyChange = z
  .strictObject({
    shortcut: shortcut.optional(),
    name: name.optional(),
    text: text.optional(),
    language: language.optional(),
  })
  .meta({ id: "CannedReplyChange" });

export const renderRequest = z
  .strictObject({ id: id.optional(), text: text.optional(), conversation_id: id })
  .refine((one) => (one.id === undefined) !== (one.text === undefined), "Send either id or text")
  .meta({ id: "RenderRequest" });
export const renderedDto = z
  .object({ text: z.string(), missing: z.array(z.string()).describe("Variables that nothing is known for") })
  .meta({ id: "Rendered" });

/** What somebody has begun to write in a conversation. */
export const draftDto = z
  .object({
    conversation_id: z.string(),
    mode: z.enum(["reply", "note"]),
    text: z.string(),
    reply_to: z.string().nullable(),
    attachment_ids: z.array(z.string()),
    updated_at: time.describe("By the server's clock"),
  })
  .meta({ id: "Draft" });
export const draftWrite = z
  .strictObject({
    mode: z.enum(["reply", "note"]),
    text: z.string().max(100_000),
    reply_to: id.nullable().default(null),
    attachment_ids: z.array(id).max(20).default([]),
    updated_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .describe("Of the draft this one goes on from; refused when a newer one is there. Left out: the last one wins"),
  })
  .meta({ id: "DraftWrite" });
export const draftListDto = z.object({
  data: z.array(z.object({ conversation_id: z.string(), mode: z.enum(["reply", "note"]), updated_at: time })),
});

export type InboxCountsDto = z.infer<typeof inboxCountsDto>;
export type ViewDto = z.infer<typeof viewDto>;
export type ViewFilters = z.infer<typeof viewFilters>;
export type MacroAction = z.infer<typeof macroAction>;
export type MacroDto = z.infer<typeof macroDto>;
export type MacroRunDto = z.infer<typeof macroRunDto>;
export type CannedReplyDto = z.infer<typeof cannedReplyDto>;
export type RenderedDto = z.infer<typeof renderedDto>;
export type DraftDto = z.infer<typeof draftDto>;
