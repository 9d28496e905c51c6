import { compact, count, number, record, text, type Raw } from "../shared/read.js";
import { addressOf } from "./people.js";

/** A payload as `normalize` reads it: plain JSON, without previews and keys of files. */
export interface SessionPayload {
  type: string;
  data: Record<string, unknown>;
  /** The chat's title, for groups. */
  chat?: { title: string };
  /** Both addresses of the person it is about, and what the phone's address book calls them. */
  person?: { phone?: string; lid?: string; name?: string };
}

/** The addresses of the number itself. */
export interface Own {
  pn: string | undefined;
  lid: string | undefined;
}

/** Types that say nothing to anybody: they are not told. The key of a ciphertext may still come. */
const untold = new Set(["e2e_notification", "ciphertext", "protocol", "album", "debug", "reaction", "unknown"]);

/** True when a message belongs into a conversation: no status update, newsletter or notice of the encryption. */
export function isTold(message: unknown): boolean {
  const raw = rawOf(message);
  const chat = addressOf(record(raw.id)?.remote) ?? "";
  return /@(c\.us|lid|g\.us)$/.test(chat) && !untold.has(text(raw.type) ?? "unknown");
}

/** Fields of the web client's model that are taken over as they are. */
const taken = [
  ...["mimetype", "filename", "size", "duration", "width", "height", "filehash", "isGif", "isForwarded", "notifyName"],
  ...["subtype", "title", "description", "orderTitle", "itemCount", "totalAmount1000", "totalCurrencyCode", "message"],
  ...["priceAmount1000", "currencyCode", "paymentAmount1000", "paymentCurrency", "selectedButtonId", "selectedId"],
  ...["eventName", "eventDescription", "eventStartTime", "isVideoCall", "callOutcome", "latestEditSenderTimestampMs"],
] as const;

/** The library's message as plain JSON. */
export function messageData(message: unknown, own: Own): Record<string, unknown> {
  const known = record(message) ?? {};
  const raw = rawOf(message);
  const location = record(known.location);
  return compact({
    id: keyOf(raw.id),
    type: text(known.type),
    body: text(known.body),
    from: text(known.from),
    to: text(known.to),
    author: text(known.author),
    timestamp: number(known.timestamp),
    ack: number(known.ack),
    ...Object.fromEntries(taken.map((name) => [name, raw[name]])),
    albumId: addressOf(raw.parentMsgKey) ?? addressOf(record(raw.associationData)?.parentMsgKey),
    quoted: quotedOf(raw, own),
    location: location && {
      latitude: number(location.latitude),
      longitude: number(location.longitude),
      name: text(location.name),
      address: text(location.address),
    },
    vCards: Array.isArray(known.vCards) && known.vCards.length > 0 ? known.vCards : undefined,
    pollName: text(known.pollName),
    pollOptions: Array.isArray(known.pollOptions)
      ? known.pollOptions.map((option) => ({
          name: text(record(option)?.name),
          localId: count(record(option)?.localId),
        }))
      : undefined,
    selectedRowId: text(known.selectedRowId),
    inviteV4: record(known.inviteV4) && { groupName: text(record(known.inviteV4)?.groupName) },
    protocolMessageKey: record(raw.protocolMessageKey) && keyOf(raw.protocolMessageKey),
  });
}

export function reactionData(reaction: unknown): Record<string, unknown> {
  const known = record(reaction) ?? {};
  return compact({
    id: record(known.id) && keyOf(known.id),
    msgId: record(known.msgId) && keyOf(known.msgId),
    reaction: typeof known.reaction === "string" ? known.reaction : "",
    senderId: addressOf(known.senderId),
    timestamp: number(known.timestamp),
  });
}

export function voteData(vote: unknown): Record<string, unknown> {
  const known = record(vote) ?? {};
  const options = Array.isArray(known.selectedOptions) ? known.selectedOptions : [];
  return compact({
    parentMsgId: addressOf(known.parentMsgKey),
    voter: addressOf(known.voter),
    selectedOptions: options.map((option) => ({ name: text(record(option)?.name) })),
    timestampMs: number(known.interractedAtTs),
  });
}

export function groupData(notification: unknown): Record<string, unknown> {
  const known = record(notification) ?? {};
  return compact({
    id: keyOf(known.id),
    type: text(known.type),
    body: text(known.body),
    chatId: addressOf(known.chatId),
    author: addressOf(known.author),
    timestamp: number(known.timestamp),
  });
}

function rawOf(message: unknown): Raw {
  return record(record(message)?.rawData) ?? {};
}

/** A message's key with its addresses as strings. */
function keyOf(key: unknown): Record<string, unknown> {
  const known = record(key) ?? {};
  return compact({
    fromMe: known.fromMe === true,
    remote: addressOf(known.remote),
    id: text(known.id),
    participant: addressOf(known.participant),
    _serialized: text(known._serialized),
  });
}

/** The id of the message that is answered, put together from what a message tells of it. */
function quotedOf(raw: Raw, own: Own): { id: string; body?: string | undefined } | undefined {
  const stanza = text(raw.quotedStanzaID);
  const writer = addressOf(raw.quotedParticipant);
  const chat = addressOf(raw.quotedRemoteJid) ?? addressOf(record(raw.id)?.remote);
  if (stanza === undefined || chat === undefined) return undefined;
  const fromMe = writer !== undefined && (writer === own.pn || writer === own.lid);
  const tail = chat.endsWith("@g.us") && writer !== undefined ? `_${writer}` : "";
  // The body of a file is its preview; its words stand beside it.
  const quoted = record(raw.quotedMsg);
  const body = text(quoted?.type === "chat" ? quoted.body : quoted?.caption)?.slice(0, 300);
  return compact({ id: `${fromMe}_${chat}_${stanza}${tail}`, body });
}
