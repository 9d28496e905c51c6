import type { Alias, InboundEvent } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import type { Content } from "../../core/message.js";
import { Malformed } from "../contract.js";
import { compact, record, text } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { httpEvent, type HttpContent, type HttpEvent } from "./schema.js";

/** Reads `{ events: [...] }`. An event that does not fit the schema is shown as such, never dropped. */
export function normalize(payload: unknown, self: ExternalId): InboundEvent[] {
  const body = record(payload);
  if (!body) throw new Malformed("body");
  if (!Array.isArray(body.events) || body.events.length === 0) throw new Malformed("events");
  return body.events.map((given: unknown) => {
    const { success, data } = httpEvent.safeParse(given);
    return success ? eventOf(data, self, given) : unfit(given, self);
  });
}

const epoch = new Date(0).toISOString();

function base({ from, chat, at }: Pick<HttpEvent, "from" | "chat" | "at">, self: ExternalId, raw: unknown) {
  const aliases: Alias[] = (["phone", "email", "username"] as const).flatMap((kind) =>
    from[kind] === undefined ? [] : [{ kind, value: from[kind], claimed: true as const }],
  );
  const time = at === undefined ? { at: epoch, timeUnknown: true as const } : { at: new Date(at).toISOString() };
  return {
    v: 1 as const,
    channel: "http",
    accountRef: self,
    peer: compact({
      chat: chat ?? from.id,
      user: from.id,
      aliases: aliases.length > 0 ? aliases : undefined,
      name: from.name,
    }),
    ...time,
    raw,
  };
}

function eventOf(event: HttpEvent, self: ExternalId, raw: unknown): InboundEvent {
  const common = base(event, self, raw);
  switch (event.type) {
    case "message":
      return {
        ...common,
        eventKey: `message:${event.id}`,
        type: "message",
        message: compact({
          externalId: event.id,
          direction: event.direction ?? ("in" as const),
          content: contentOf(event.content),
          replyTo: event.reply_to === undefined ? undefined : { externalId: event.reply_to },
          correlation: event.correlation,
        }),
      };
    case "edit":
      return {
        ...common,
        eventKey: `edit:${event.id}`,
        type: "edit",
        target: event.target,
        content: contentOf(event.content),
      };
    case "removal":
      return { ...common, eventKey: `removal:${event.target}`, type: "removal", target: event.target };
    case "reaction": {
      const { target, emoji } = event;
      return { ...common, eventKey: stableId("reaction", raw), type: "reaction", target, emoji };
    }
    case "receipt": {
      const { target, status, detail } = event;
      const failed = status === "failed" ? { failure: { kind: "unexpected" as const } } : {};
      const receipt = compact({ target: { id: target }, status, ...failed, error: detail ? { detail } : undefined });
      return { ...common, eventKey: `${status}:${target}`, type: "receipt", receipt };
    }
    case "typing":
      return { ...common, eventKey: stableId("typing", raw), type: "typing" };
    case "blocked":
      return { ...common, eventKey: stableId("blocked", raw), type: "blocked", blocked: event.blocked };
  }
}

function contentOf(content: HttpContent): Content {
  switch (content.kind) {
    case "media": {
      const { role, url, mime, name, caption } = content;
      return compact({ kind: "media" as const, media: compact({ role, source: url, mime, name }), caption });
    }
    case "choice_made":
      return { kind: "choice_made", optionId: content.option_id, label: content.label };
    default:
      return content;
  }
}

/** Something that does not fit: a message that says so where it names somebody, else a notice. */
function unfit(given: unknown, self: ExternalId): InboundEvent {
  const event = record(given);
  const who = text(record(event?.from)?.id);
  const type = text(event?.type) ?? "event";
  if (who === undefined) {
    return {
      ...base({ from: { id: self } }, self, given),
      eventKey: stableId("notice", given),
      type: "account",
      notice: { about: "other", summary: "An event came that does not fit the schema and names nobody." },
    };
  }
  const externalId = stableId("event", given);
  return {
    ...base({ from: { id: who } }, self, given),
    eventKey: `message:${externalId}`,
    type: "message",
    message: { externalId, direction: "in", content: { kind: "unsupported", hint: type } },
  };
}
