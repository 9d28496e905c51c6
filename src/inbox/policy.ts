import type { Capabilities } from "../core/capabilities.js";
import type { Author, Content } from "../core/message.js";

/** What decides whether something may be said. */
export interface Situation {
  capabilities: Capabilities | undefined;
  accountEnabled: boolean;
  /** The customer blocked us. */
  blocked: boolean;
  /** We blocked the customer. */
  blockedByUs: boolean;
  lastInboundAt: Date | null;
  author: Author["kind"];
  now: Date;
}

export type RefusalReason = "blocked" | "blocked_by_us" | "window_closed" | "unsupported" | "too_long" | "channel_gone";

/** May this sender say this now on this channel? `until`: when the answer changes by itself. */
export type Verdict =
  | { allowed: true; until: Date | null; notice: string | null }
  | { allowed: false; reason: RefusalReason; sentence: string };

/** Whether anything may be said at all, whatever it is; what the composer shows before a word is typed. */
export function mayWrite(situation: Situation, kind: Content["kind"] = "text"): Verdict {
  const { capabilities: can, accountEnabled, blocked, blockedByUs, lastInboundAt, author, now } = situation;
  const refuse = (reason: RefusalReason, sentence: string): Verdict => ({ allowed: false, reason, sentence });
  if (!can) return refuse("channel_gone", "The channel account of this conversation is gone, so nothing can be sent.");
  if (blockedByUs) return refuse("blocked_by_us", "You have blocked this customer. Unblock them to write to them.");
  if (blocked) return refuse("blocked", "The customer has blocked this account. It opens again when they write.");
  if (!can.sends.includes(kind)) return refuse("unsupported", `This channel cannot send messages of kind "${kind}".`);
  const notice = accountEnabled ? null : "The account is switched off: what you send waits until it is on again.";

  if (!can.window) return { allowed: true, until: null, notice };
  if (kind === "template" && can.window.templateAfter) return { allowed: true, until: null, notice };
  const length = author === "bot" ? can.window.ms : (can.window.humanMs ?? can.window.ms);
  const until = lastInboundAt === null ? null : new Date(lastInboundAt.getTime() + length);
  if (until === null || until <= now) {
    const more = can.window.templateAfter ? " Send a template instead." : " It opens when the customer writes again.";
    return refuse("window_closed", `The time to answer freely on this channel is over.${more}`);
  }
  return { allowed: true, until, notice };
}

/** As `mayWrite`, for one content with its sizes. Texts are split by the channels, so only what cannot be split is measured. */
export function maySend(situation: Situation, content: Content): Verdict {
  const verdict = mayWrite(situation, content.kind);
  const can = situation.capabilities;
  if (!verdict.allowed || !can) return verdict;
  const refuse = (reason: RefusalReason, sentence: string): Verdict => ({ allowed: false, reason, sentence });
  switch (content.kind) {
    case "choices": {
      if (!can.buttons) return refuse("unsupported", "This channel has no buttons.");
      if (content.options.length > can.buttons.max) {
        return refuse("too_long", `This channel takes at most ${can.buttons.max} buttons.`);
      }
      const long = content.options.find((option) => Array.from(option.label).length > can.buttons!.labelMax);
      const told = content.options.find(
        (option) => Array.from(option.description ?? "").length > (can.buttons!.descriptionMax ?? 0),
      );
      if (told) return refuse("too_long", "This channel cannot show such a description of an option.");
      if (!can.buttons.links && content.options.some((option) => option.url !== undefined)) {
        return refuse("unsupported", "Options cannot open pages on this channel.");
      }
      return long
        ? refuse("too_long", `Button labels may have at most ${can.buttons.labelMax} characters here.`)
        : verdict;
    }
    case "media":
      return mediaVerdict(verdict, can, [content.media]);
    case "album":
      return mediaVerdict(verdict, can, content.items);
    default:
      return verdict;
  }
}

function mediaVerdict(
  verdict: Verdict,
  can: Capabilities,
  items: readonly Extract<Content, { kind: "media" }>["media"][],
): Verdict {
  for (const { role, bytes, mime } of items) {
    const limit = can.media[role];
    if (!limit)
      return { allowed: false, reason: "unsupported", sentence: `This channel cannot send files as ${role}.` };
    if (bytes !== undefined && bytes > limit.maxBytes) {
      const mb = Math.floor(limit.maxBytes / 1_048_576);
      return { allowed: false, reason: "too_long", sentence: `This channel takes at most ${mb} MB for ${role}.` };
    }
    if (limit.mimes && mime !== undefined && !limit.mimes.includes(mime)) {
      return { allowed: false, reason: "unsupported", sentence: `This channel does not take ${mime} as ${role}.` };
    }
  }
  return verdict;
}
