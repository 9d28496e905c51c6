import { decodeTime, monotonicFactory } from "ulid";

/** Ids made in the same millisecond keep their order within one process. */
const ulid = monotonicFactory();

/** What each kind of row is called in front of its id. */
const prefixes = {
  workspace: "wsp",
  apiKey: "key",
  account: "acc",
  conversation: "cnv",
  message: "msg",
  event: "evt",
  accepted: "rcv",
  contact: "ctc",
  attempt: "att",
  file: "fil",
  label: "lbl",
  member: "mem",
  user: "usr",
  session: "ses",
  role: "rol",
  invitation: "inv",
  audit: "aud",
  team: "tea",
  hookEndpoint: "whk",
  replay: "rpl",
  bin: "bin",
  binRequest: "brq",
  deadLetter: "dlq",
  view: "viw",
  segment: "seg",
  macro: "mac",
  cannedReply: "cnr",
  contactNote: "cno",
  channelLog: "clg",
  exchange: "exc",
} as const;

export type IdKind = keyof typeof prefixes;

/** A new prefixed ULID such as `msg_01J…`: sorts by creation time, unguessable enough to be unique, not a secret. */
export function newId(kind: IdKind): string {
  return `${prefixes[kind]}_${ulid()}`;
}

/** When an id was made; undefined for one that `newId` did not make. */
export function madeAt(id: string): Date | undefined {
  try {
    return new Date(decodeTime(id.slice(id.indexOf("_") + 1)));
  } catch {
    return undefined;
  }
}

/** A provider's own id (chat, user, message, file), always as a string: 64-bit numbers do not fit a double. */
export type ExternalId = string;

/** An instant in RFC 3339, UTC, with milliseconds. */
export type IsoTime = string;
