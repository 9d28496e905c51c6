import { Schema, type Connection, type Model } from "mongoose";
import type { OutboundErrorKind } from "../../platform/outbound/errors.js";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** Where an integrator wants to hear of events. */
export interface EndpointRow {
  _id: string;
  workspaceId: string;
  /** Addresses may hold tokens. */
  url: SealedValue;
  description: string | null;
  events: string[];
  /** Names and values of further headers as JSON. */
  headers: SealedValue | null;
  ratePerSecond: number | null;
  concurrency: number;
  orderedBy: "conversation_id" | null;
  enabled: boolean;
  disabledCause: string | null;
  /** Newest first; the older ones sign as well until they run out. */
  secrets: { value: SealedValue; until: Date | null }[];
  /** The last event of the workspace that was looked at for this endpoint: the event log is the outbox. */
  cursor: number;
  /** When there is something to deliver next; null when there is nothing. */
  dueAt: Date | null;
  /** Counts what was put in: whoever says that there is nothing left must have seen the latest. */
  bell: number;
  /** Deliveries under way; one whose process died runs out. */
  slots: { id: string; until: Date }[];
  /** The pace allows nothing before this. */
  nextAt: Date;
  failingSince: Date | null;
  lastSuccessAt: Date | null;
  createdAt: Date;
}

export interface AttemptRow {
  n: number;
  at: Date;
  ms: number;
  status: number | null;
  error: string | null;
  /** The error by a stable name; rows of before have none. */
  errorCode?: AttemptError | null;
}

/** Why a try came to nothing before there was an answer. `gone`: what it was about is not there any more. */
export type AttemptError = OutboundErrorKind | "gone";

/** One event for one endpoint. */
export interface DeliveryRow {
  /** Follows from endpoint, event and replay. */
  _id: string;
  workspaceId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  seq: number;
  /** The message it tells of. */
  messageId?: string;
  /** What it must not overtake; null when order does not matter. */
  orderKey: string | null;
  state: "waiting" | "sending" | "delivered" | "failed";
  /** Present while it is waiting or sending. */
  open?: boolean;
  /** When to try (waiting), or when the try counts as dead (sending). */
  dueAt: Date;
  attempts: AttemptRow[];
  /** The payload as it is sent, the same at every try. */
  body: SealedValue | null;
  /** Headers of the last try as JSON, without the integrator's own. */
  requestHeaders: SealedValue | null;
  /** The beginning of the last answer. */
  excerpt: SealedValue | null;
  createdAt: Date;
  /** MongoDB removes it then. */
  expiresAt: Date;
}

/** A place that takes webhooks and shows them. */
export interface BinRow {
  _id: string;
  workspaceId: string;
  key: string;
  secret: SealedValue;
  expiresAt: Date;
}

export interface BinRequestRow {
  _id: string;
  workspaceId: string;
  binId: string;
  at: Date;
  headers: SealedValue;
  body: SealedValue;
  valid: boolean;
  expiresAt: Date;
}

export interface HookModels {
  endpoints: Model<EndpointRow>;
  deliveries: Model<DeliveryRow>;
  bins: Model<BinRow>;
  binRequests: Model<BinRequestRow>;
}

const text = { type: String, required: true } as const;
const date = { type: Date, required: true } as const;

export function hookModels(connection: Connection): HookModels {
  const endpoint = new Schema<EndpointRow>(
    {
      _id: text,
      workspaceId: text,
      url: sealed("url"),
      description: { type: String, default: null },
      events: { type: [String], required: true },
      headers: sealed("headers"),
      ratePerSecond: { type: Number, default: null },
      concurrency: { type: Number, required: true },
      orderedBy: { type: String, default: null },
      enabled: { type: Boolean, required: true },
      disabledCause: { type: String, default: null },
      secrets: [new Schema({ value: sealed("secret"), until: { type: Date, default: null } }, { _id: false })],
      cursor: { type: Number, required: true },
      dueAt: { type: Date, default: null },
      bell: { type: Number, required: true },
      slots: [new Schema({ id: text, until: date }, { _id: false })],
      nextAt: date,
      failingSince: { type: Date, default: null },
      lastSuccessAt: { type: Date, default: null },
      createdAt: date,
    },
    { collection: "webhook_endpoints", versionKey: false },
  );
  endpoint.index({ workspaceId: 1, _id: 1 });
  endpoint.index({ enabled: 1, dueAt: 1 });

  const delivery = new Schema<DeliveryRow>(
    {
      _id: text,
      workspaceId: text,
      endpointId: text,
      eventId: text,
      eventType: text,
      seq: { type: Number, required: true },
      messageId: { type: String },
      orderKey: { type: String, default: null },
      state: text,
      open: { type: Boolean },
      dueAt: date,
      attempts: [
        new Schema<AttemptRow>(
          {
            n: { type: Number, required: true },
            at: date,
            ms: { type: Number, required: true },
            status: { type: Number, default: null },
            error: { type: String, default: null },
            errorCode: { type: String, default: null },
          },
          { _id: false },
        ),
      ],
      body: sealed("body"),
      requestHeaders: sealed("requestHeaders"),
      excerpt: sealed("excerpt"),
      createdAt: date,
      expiresAt: date,
    },
    { collection: "webhook_deliveries", versionKey: false },
  );
  // The log of an endpoint, newest first, also by state; what is due; what must not be overtaken.
  delivery.index({ endpointId: 1, createdAt: -1, _id: -1 });
  delivery.index({ endpointId: 1, state: 1, createdAt: -1, _id: -1 });
  delivery.index({ endpointId: 1, eventType: 1, createdAt: -1, _id: -1 });
  delivery.index({ endpointId: 1, eventType: 1, state: 1, createdAt: -1, _id: -1 });
  delivery.index({ endpointId: 1, dueAt: 1, seq: 1 }, { partialFilterExpression: { open: true } });
  delivery.index({ endpointId: 1, orderKey: 1, seq: 1 }, { partialFilterExpression: { open: true } });
  // What integrators were told of a message.
  delivery.index(
    { workspaceId: 1, messageId: 1, createdAt: 1 },
    { partialFilterExpression: { messageId: { $type: "string" } } },
  );
  delivery.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

  const bin = new Schema<BinRow>(
    { _id: text, workspaceId: text, key: text, secret: sealed("secret"), expiresAt: date },
    { collection: "request_bins", versionKey: false },
  );
  bin.index({ key: 1 }, { unique: true });
  bin.index({ workspaceId: 1, expiresAt: -1 });
  bin.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const binRequest = new Schema<BinRequestRow>(
    {
      _id: text,
      workspaceId: text,
      binId: text,
      at: date,
      headers: sealed("headers"),
      body: sealed("body"),
      valid: { type: Boolean, required: true },
      expiresAt: date,
    },
    { collection: "request_bin_requests", versionKey: false },
  );
  binRequest.index({ binId: 1, _id: -1 });
  binRequest.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

  return {
    endpoints: connection.model<EndpointRow>("WebhookEndpoint", endpoint),
    deliveries: connection.model<DeliveryRow>("WebhookDelivery", delivery),
    bins: connection.model<BinRow>("RequestBin", bin),
    binRequests: connection.model<BinRequestRow>("RequestBinRequest", binRequest),
  };
}
