import { newId } from "../../core/ids.js";
import type { SimulatorExchangeDto } from "../../wire/simulator.js";
import type { Exchange } from "../../core/playedProvider.js";

/** Of one account, in memory. */
const keptMost = 50;
/** What is a secret in a body of a provider. */
const covered = new Set(["secret_token", "verify_token", "appsecret_proof", "access_token"]);
const deepest = 12;

/** The last exchanges of each account over the wire. */
export class Exchanges {
  private readonly kept = new Map<string, SimulatorExchangeDto[]>();

  constructor(private readonly normalize: (kind: string, ref: string, payload: unknown) => unknown) {}

  add(exchange: Exchange, at: Date): SimulatorExchangeDto {
    const { kind, ref, direction, method, status } = exchange;
    const shown: SimulatorExchangeDto = {
      id: newId("exchange"),
      at: at.toISOString(),
      direction,
      method,
      url: coverAddress(exchange.url),
      request: cover(exchange.request),
      status,
      response: cover(exchange.response),
      event: this.eventOf(exchange),
    };
    const all = this.kept.get(`${kind}/${ref}`) ?? [];
    all.unshift(shown);
    if (all.length > keptMost) all.pop();
    this.kept.set(`${kind}/${ref}`, all);
    return shown;
  }

  of(kind: string, ref: string): SimulatorExchangeDto[] {
    return this.kept.get(`${kind}/${ref}`) ?? [];
  }

  forget(kind: string, ref: string): void {
    this.kept.delete(`${kind}/${ref}`);
  }

  private eventOf({ kind, ref, direction, url, request, response }: Exchange): unknown {
    if (direction === "in") return this.normalize(kind, ref, request) ?? null;
    // Long polling: what happened comes as the answer.
    const updates = url.endsWith("/getUpdates") ? (response as { result?: unknown } | null)?.result : undefined;
    if (!Array.isArray(updates)) return null;
    return updates.flatMap((update: unknown) => this.normalize(kind, ref, update) ?? []);
  }
}

/** Our address is as good as a credential. */
const coverAddress = (text: string) => text.replace(/(\/webhooks\/[^/\s"]+\/.{4})[^/?\s"]*/g, "$1…");

/** The body without what is secret in it, and without endless depth. */
function cover(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return coverAddress(depth === 0 ? value.slice(0, 4_000) : value);
  if (Array.isArray(value)) return depth > deepest ? [] : value.map((item) => cover(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  if (depth > deepest) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, covered.has(key) ? "…" : cover(inner, depth + 1)]),
  );
}
