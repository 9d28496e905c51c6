import { binEndpoints } from "./binEndpoints.js";
import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import {
  countDto,
  createdEndpointDto,
  deliveryDetailDto,
  deliveryDto,
  deliveryQuery,
  endpointChange,
  endpointDto,
  newEndpoint,
  pingDto,
  recoverRequest,
  replayHooksRequest,
  rotateRequest,
  schemaVersion,
  secretDto,
  webhookEvents,
} from "../../wire/hooks.js";
import type { HookDeps } from "./ports.js";
import type { Delivery, EndpointInput, HookEndpoint } from "./repo.js";
import { matches, offCauses, offReason, succeeded } from "./schedule.js";
import { post } from "./usecases/deliver.js";
import { aboutMessage, pumpJob } from "./usecases/relay.js";

const iso = (date: Date | null) => date?.toISOString() ?? null;
/** Headers that are ours, or that could change where a request goes. */
const refusedHeaders =
  /^(host|content-.*|webhook-.*|proxy-.*|connection|transfer-encoding|upgrade|te|trailer|keep-alive|expect)$/i;
const replayPage = 200;

const present = (one: HookEndpoint) => ({
  id: one.id,
  url: one.url,
  description: one.description,
  events: one.events,
  header_names: Object.keys(one.headers),
  rate_per_second: one.ratePerSecond,
  concurrency: one.concurrency,
  ordered_by: one.orderedBy,
  enabled: one.enabled,
  disabled_cause: one.disabledCause,
  disabled_reason: offReason(one.disabledCause),
  failing_since: iso(one.failingSince),
  last_success_at: iso(one.lastSuccessAt),
  created_at: one.createdAt.toISOString(),
});

const presentDelivery = (one: Delivery) => ({
  id: one.id,
  endpoint_id: one.endpointId,
  event_id: one.eventId,
  event_type: one.eventType,
  sequence: one.seq,
  state: one.state,
  attempts: one.attempts.map(({ n, at, ms, status, error, errorCode = null }) => ({
    number: n,
    at: at.toISOString(),
    ms,
    status,
    error,
    error_code: errorCode,
  })),
  next_attempt_at: one.state === "waiting" ? one.dueAt.toISOString() : null,
  created_at: one.createdAt.toISOString(),
});

/** The REST API of outgoing webhooks. `changed` is called when an endpoint came, went, or was switched. */
export function hookEndpoints(deps: HookDeps, changed: () => void): Endpoint[] {
  const { repo, bins, outbound, enqueue, events, clock } = deps;
  const managed = { tag: "Webhooks", scope: "webhooks:manage" } as const;
  const send = post(deps);

  const found = async (workspaceId: string, id: string): Promise<HookEndpoint> => {
    const one = await repo.find(workspaceId, id);
    if (!one) throw new AppError("not_found", "There is no such webhook endpoint.", { reason: "endpoint_unknown" });
    return one;
  };

  /** The endpoint, when it takes deliveries: what is put on its way to one that is off goes nowhere. */
  const delivering = async (workspaceId: string, id: string): Promise<HookEndpoint> => {
    const one = await found(workspaceId, id);
    if (one.enabled) return one;
    throw new AppError("conflict", "The webhook is switched off. Switch it on first.", { reason: "endpoint_off" });
  };

  /** Refuses addresses and headers that no webhook may have. */
  async function checked(url: string | undefined, headers: Record<string, string> | undefined): Promise<void> {
    const refuse = (pointer: string, message: string) =>
      new AppError("unprocessable", message, { reason: "address_refused", errors: [{ pointer, message }] });
    if (url !== undefined && bins.keyIn(url) === undefined) {
      try {
        await outbound.check(url);
      } catch (error) {
        throw refuse("/url", (error as Error).message);
      }
    }
    for (const [name, value] of Object.entries(headers ?? {})) {
      const pointer = `/headers/${name}`;
      if (refusedHeaders.test(name)) throw refuse(pointer, `The header ${name} cannot be set.`);
      if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) throw refuse(pointer, "That is no name of a header.");
      if (!/^[\x20-\x7e]*$/.test(value)) throw refuse(pointer, "A header's value is plain text of one line.");
    }
  }

  return [
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-endpoints",
      summary: "List webhook endpoints",
      answer: z.object({ data: z.array(endpointDto) }),
      handle: async ({ principal }) => ({ data: (await repo.list(principal.workspaceId)).map(present) }),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-endpoints",
      summary: "Add a webhook endpoint",
      description: "It hears of what happens from now on. Deliveries are signed as Standard Webhooks says.",
      body: newEndpoint,
      status: 201,
      answer: createdEndpointDto,
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        await checked(body.url, body.headers);
        const { workspaceId } = principal;
        const input: EndpointInput = {
          url: body.url,
          description: body.description ?? null,
          events: body.events ?? ["*"],
          headers: body.headers ?? {},
          ratePerSecond: body.rate_per_second ?? null,
          concurrency: body.concurrency ?? 5,
          orderedBy: body.ordered_by ?? null,
          secret: body.secret,
        };
        const made = await repo.create(workspaceId, input, await events.last(workspaceId), clock.now());
        changed();
        return { ...present(made), secret: made.secrets[0]!.value };
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-endpoints/:id",
      summary: "Get a webhook endpoint",
      answer: endpointDto,
      handle: async ({ principal, params }) => present(await found(principal.workspaceId, params.id!)),
    }),
    endpoint({
      ...managed,
      method: "patch",
      path: "/webhook-endpoints/:id",
      summary: "Change a webhook endpoint, switch it on or off",
      body: endpointChange,
      answer: endpointDto,
      errors: ["unprocessable"],
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const before = await found(workspaceId, params.id!);
        await checked(body.url, body.headers);
        const { url, description, events: filters, headers, concurrency } = body;
        await repo.update(workspaceId, before.id, {
          ...(url === undefined ? {} : { url }),
          ...(description === undefined ? {} : { description }),
          ...(filters === undefined ? {} : { events: filters }),
          ...(headers === undefined ? {} : { headers }),
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(body.rate_per_second === undefined ? {} : { ratePerSecond: body.rate_per_second }),
          ...(body.ordered_by === undefined ? {} : { orderedBy: body.ordered_by }),
        });
        if (body.enabled === false) await repo.disable(before.id, offCauses.by_hand);
        if (body.enabled === true && !before.enabled) {
          const from = body.skip_missed ? await events.last(workspaceId) : undefined;
          await repo.enable(workspaceId, before.id, clock.now(), from);
          await enqueue.add([{ name: "hooks.relay", payload: { v: 1, workspaceId } }]);
        }
        changed();
        return present(await found(workspaceId, before.id));
      },
    }),
    endpoint({
      ...managed,
      method: "delete",
      path: "/webhook-endpoints/:id",
      summary: "Delete a webhook endpoint with its log",
      answer: null,
      async handle({ principal, params }) {
        await found(principal.workspaceId, params.id!);
        await repo.remove(principal.workspaceId, params.id!);
        changed();
        return undefined;
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-endpoints/:id/secret",
      summary: "Show the secrets that sign deliveries",
      answer: secretDto,
      async handle({ principal, params }) {
        const { secrets } = await found(principal.workspaceId, params.id!);
        return { secrets: secrets.map(({ value, until }) => ({ secret: value, valid_until: iso(until) })) };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-endpoints/:id/rotate-secret",
      summary: "Make a new secret; for some time the old one signs as well",
      body: rotateRequest,
      bodyOptional: true,
      answer: secretDto,
      // A kept answer would keep the secret.
      idempotency: "none",
      async handle({ principal, params, body }) {
        const now = clock.now();
        const until = new Date(now.getTime() + body.overlap_hours * 3_600_000);
        await found(principal.workspaceId, params.id!);
        const { secrets } = (await repo.rotate(principal.workspaceId, params.id!, until, now))!;
        return { secrets: secrets.map(({ value, until: end }) => ({ secret: value, valid_until: iso(end) })) };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-endpoints/:id/test",
      summary: "Send a test event now",
      answer: pingDto,
      idempotency: "none",
      async handle({ principal, params }) {
        const one = await found(principal.workspaceId, params.id!);
        const id = newId("event");
        const body = JSON.stringify({
          id,
          type: "test.ping",
          timestamp: clock.now().toISOString(),
          schema_version: schemaVersion,
          workspace_id: principal.workspaceId,
          sequence: await events.last(principal.workspaceId),
          data: { message: "This is a test." },
        });
        const sent = await send(one, id, body);
        return { delivered: succeeded(sent), status: sent.status, error: sent.error, error_code: sent.errorCode };
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-endpoints/:id/deliveries",
      summary: "List deliveries, newest first; they are kept for 30 days",
      query: deliveryQuery,
      answer: pageOf(deliveryDto),
      async handle({ principal, params, query }) {
        const { id } = await found(principal.workspaceId, params.id!);
        return pageDto(await repo.deliveries(id, query), presentDelivery);
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-endpoints/:id/replay",
      summary: "Deliver the events of a range again",
      description: "Each once, with its original webhook-id.",
      body: replayHooksRequest,
      answer: countDto,
      errors: ["unprocessable", "conflict"],
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const one = await delivering(workspaceId, params.id!);
        if (body.after_sequence === undefined && body.since === undefined) {
          throw new AppError("unprocessable", "Say from where: `after_sequence` or `since`.", {
            reason: "start_missing",
          });
        }
        const since = body.since === undefined ? 0 : Date.parse(body.since);
        const until = body.until === undefined ? Infinity : Date.parse(body.until);
        const last = Math.min(body.until_sequence ?? Infinity, await events.last(workspaceId));
        const replay = newId("replay");
        let at = body.after_sequence ?? 0;
        let count = 0;
        while (at < last) {
          const page = await events.after(workspaceId, at, replayPage);
          if (page.length === 0) break;
          const wanted = page.filter(
            (event) =>
              event.seq <= last &&
              event.at.getTime() >= since &&
              event.at.getTime() <= until &&
              matches(one.events, event.type),
          );
          await repo.replay(
            one,
            wanted.map((event) => ({
              eventId: event.id,
              ...aboutMessage(event),
              eventType: event.type,
              seq: event.seq,
              orderKey: one.orderedBy === null ? null : (event.conversationId ?? null),
            })),
            replay,
            clock.now(),
          );
          count += wanted.length;
          at = page.at(-1)!.seq;
        }
        await enqueue.add([pumpJob(workspaceId, one.id)]);
        return { deliveries: count };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-endpoints/:id/recover",
      summary: "Deliver again whatever failed since a moment",
      description: "Also what would wait for its next try.",
      body: recoverRequest,
      answer: countDto,
      errors: ["conflict"],
      async handle({ principal, params, body }) {
        const one = await delivering(principal.workspaceId, params.id!);
        const deliveries = await repo.recover(one.id, new Date(body.since), clock.now());
        await enqueue.add([pumpJob(principal.workspaceId, one.id)]);
        return { deliveries };
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-deliveries/:id",
      summary: "Look at a delivery: what was sent, what was answered",
      answer: deliveryDetailDto,
      async handle({ principal, params }) {
        const one = await repo.delivery(principal.workspaceId, params.id!);
        if (!one) throw new AppError("not_found", "There is no such delivery.", { reason: "delivery_unknown" });
        const request = one.body === null ? null : { headers: one.requestHeaders ?? {}, body: one.body };
        return { ...presentDelivery(one), request, response_excerpt: one.excerpt };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-deliveries/:id/resend",
      summary: "Deliver once more",
      answer: deliveryDto,
      errors: ["conflict"],
      idempotency: "none",
      async handle({ principal, params }) {
        const one = await repo.delivery(principal.workspaceId, params.id!);
        if (!one) throw new AppError("not_found", "There is no such delivery.", { reason: "delivery_unknown" });
        await delivering(principal.workspaceId, one.endpointId);
        if (!(await repo.resend(principal.workspaceId, one.id, clock.now()))) {
          throw new AppError("conflict", "It is on its way already.", { reason: "delivery_under_way" });
        }
        await enqueue.add([pumpJob(principal.workspaceId, one.endpointId)]);
        return presentDelivery((await repo.delivery(principal.workspaceId, one.id))!);
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-schemas",
      scope: null,
      summary: "The JSON Schema of every event",
      answer: z.object({ data: z.array(z.object({ type: z.string(), summary: z.string(), schema: z.unknown() })) }),
      handle: () => ({
        data: webhookEvents.map(({ name, summary, payload }) => ({
          type: name,
          summary,
          schema: z.toJSONSchema(payload, { io: "output", unrepresentable: "any" }),
        })),
      }),
    }),
    ...binEndpoints(bins),
  ];
}
