import { randomBytes } from "node:crypto";
import { Refusal, textOf, type Account, type Json } from "./wire.js";

const windowMs = 24 * 3_600_000;
/** Messages to one person: a burst of 45, then one in six seconds. */
const pair = { burst: 45, perMs: 6_000 };

export const newWamid = () => `wamid.${randomBytes(24).toString("base64")}`;

const invalid = (details: string) => new Refusal(400, 100, "(#100) Invalid parameter", { details });

/** Sends to one person, for the pair limit. */
export class PairLimit {
  private readonly full = new Map<string, number>();

  /** Throws 131056 when this person gets too much. */
  take(key: string, now: number): void {
    const at = Math.max(this.full.get(key) ?? 0, now - pair.burst * pair.perMs);
    if (at + pair.perMs > now) {
      throw new Refusal(400, 131056, "(#131056) (Business Account, Consumer Account) pair rate limit hit");
    }
    this.full.set(key, at + pair.perMs);
  }
}

/** Checks a message as the Cloud API does before it takes it; returns to whom it goes. */
export function checkedRecipient(body: Json): string {
  if (body.messaging_product !== "whatsapp") throw invalid("messaging_product must be whatsapp.");
  const to = body.to ?? body.recipient;
  if (typeof to !== "string" || to === "") throw invalid("The parameter to is required.");
  const type = body.type ?? "text";
  const own = body[type as string] as Json | undefined;
  if (typeof type !== "string" || typeof own !== "object") throw invalid(`The parameter ${textOf(type)} is required.`);
  if (type === "text" && textOf(own.body).length === 0) throw invalid("text.body is required.");
  if (type === "text" && Array.from(textOf(own.body)).length > 4096) {
    throw invalid("Param text['body'] must be at most 4096 characters long.");
  }
  if (type === "interactive") checkInteractive(own);
  return to;
}

function checkInteractive(interactive: Json): void {
  const body = interactive.body as Json | undefined;
  if (Array.from(textOf(body?.text)).length > 1024) throw invalid("Body text length invalid. Max length: 1024");
  const action = (interactive.action ?? {}) as Json;
  const buttons = (action.buttons ?? []) as { reply: { id: string; title: string } }[];
  if (interactive.type === "button" && (buttons.length < 1 || buttons.length > 3)) {
    throw invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3");
  }
  if (buttons.some(({ reply }) => Array.from(reply.title).length > 20)) throw invalid("Button title length invalid.");
  const rows = ((action.sections ?? []) as { rows: { id: string; title: string }[] }[]).flatMap((one) => one.rows);
  if (rows.length > 10) throw invalid("Total row count exceed max allowed count: 10");
  if (rows.some((row) => Array.from(row.title).length > 24)) throw invalid("Row title is too long. Max length: 24");
}

/** The error that only comes later, as a status: the window is closed, or the person is out of reach. */
export function laterError(account: Account, to: string, body: Json, now: number): Json | undefined {
  const last = account.lastInbound.get(to);
  const open = last !== undefined && now - last < windowMs;
  if (open || body.type === "template") return undefined;
  return {
    code: 131047,
    title: "Re-engagement message",
    message: "Re-engagement message",
    error_data: {
      details:
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    },
  };
}

/** A template must be there, be approved, and get as many values as it has places. */
export function checkTemplate(account: Account, body: Json): void {
  if (body.type !== "template") return;
  const asked = body.template as { name: string; language: { code: string }; components?: Json[] };
  const found = account.templates.find((one) => one.name === asked.name && one.language === asked.language.code);
  if (!found) throw new Refusal(404, 132001, "(#132001) Template name does not exist in the translation");
  if (found.status === "PAUSED") throw new Refusal(400, 132015, "(#132015) Template is Paused");
  if (found.status !== "APPROVED") throw new Refusal(404, 132001, "(#132001) Template is not approved");
  const words = textOf((found.components as Json[]).find((part) => part.type === "BODY")?.text);
  const places = new Set(words.match(/\{\{\s*\w+\s*\}\}/g) ?? []).size;
  const given = (asked.components ?? []).find((part) => part.type === "body");
  const count = ((given?.parameters ?? []) as unknown[]).length;
  if (count !== places) {
    throw new Refusal(400, 132000, "(#132000) Number of parameters does not match the expected number of params", {
      details: `body: number of localizable_params (${count}) does not match the expected number of params (${places})`,
    });
  }
}

/** The envelope around what happens on a number. */
export function changeOf(account: Account, field: string, value: Json, now: number): Json {
  return {
    object: "whatsapp_business_account",
    entry: [
      {
        id: account.business,
        time: Math.floor(now / 1000),
        changes: [
          {
            field,
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: account.phone, phone_number_id: account.id },
              ...value,
            },
          },
        ],
      },
    ],
  };
}
