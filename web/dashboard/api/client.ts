import { hearTime } from "./clock.js";
import { Problem } from "./problem.js";

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface CallOptions {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** The workspace it is about; leave it out for what is above workspaces, such as `/me`. */
  workspaceId?: string | undefined;
  query?: Query;
  body?: unknown;
  /** Makes a write safe to repeat. */
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
  /** It is finished even when the page is left meanwhile; for small bodies only. */
  keepalive?: boolean;
}

const base = "/api/v1";
const signedOut = new Set<() => void>();

/** Called when the API says that the session is over. Returns how to stop listening. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => void signedOut.delete(listener);
}

const forbidden = new Set<(problem: Problem) => void>();

/** Called when the API says that this person may not do something: what they may has perhaps changed. */
export function onForbidden(listener: (problem: Problem) => void): () => void {
  forbidden.add(listener);
  return () => void forbidden.delete(listener);
}

function told(problem: Problem): Problem {
  if (problem.status === 401) for (const listener of signedOut) listener();
  if (problem.status === 403) for (const listener of forbidden) listener(problem);
  return problem;
}

function addressOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return `${base}${path}${text ? `?${text}` : ""}`;
}

// The server takes writes of a cookie session only with X-Requested-With: other sites cannot send it.
function headersOf({ method = "GET", workspaceId, body, idempotencyKey }: CallOptions): Record<string, string> {
  return {
    Accept: "application/json",
    ...(method === "GET" ? {} : { "X-Requested-With": "switchboard" }),
    ...(workspaceId === undefined ? {} : { "Switchboard-Workspace": workspaceId }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
  };
}

/** One request to the API. Rejects with a Problem; an aborted one rejects with the signal's reason. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { method = "GET", query, body, signal, keepalive = false } = options;
  let response: Response;
  let text: string;
  const sentAt = Date.now();
  try {
    response = await fetch(addressOf(path, query), {
      method,
      headers: headersOf(options),
      credentials: "same-origin",
      cache: "no-store",
      keepalive,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    hearTime(response.headers.get("Date"), sentAt);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.offline();
  }
  if (!response.ok) throw told(Problem.read(response.status, text, response.headers.get("Retry-After")));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/**
 * One request whose body may be a file, and whose answer is read by the caller while it comes. Rejects with a Problem, also
 * when the line breaks before an answer begins.
 */
export async function exchange(
  path: string,
  options: Pick<CallOptions, "workspaceId" | "query" | "signal"> & { body: Blob | Record<string, unknown> },
): Promise<Response> {
  const { query, body, signal } = options;
  const file = body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), {
      method: "POST",
      headers: { ...headersOf({ ...options, method: "POST" }), "Content-Type": file ? "text/csv" : "application/json" },
      credentials: "same-origin",
      cache: "no-store",
      body: file ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return response;
    throw told(Problem.read(response.status, await response.text(), response.headers.get("Retry-After")));
  } catch (error) {
    if (signal?.aborted || error instanceof Problem) throw error;
    throw Problem.offline();
  }
}

/** Sends a file; resolves to what the API says about it. `onProgress` is told shares from 0 to 1. */
export function uploadFile<T>(
  workspaceId: string,
  file: Blob & { name?: string },
  {
    onProgress,
    signal,
    role,
  }: {
    onProgress?: (share: number) => void;
    signal?: AbortSignal;
    /** As what it is to be sent, where its content does not say. */
    role?: string | undefined;
  } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", addressOf("/attachments", { name: file.name, role }));
    const headers = headersOf({ method: "POST", workspaceId });
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(told(Problem.read(request.status, request.responseText, request.getResponseHeader("Retry-After"))));
    };
    request.onerror = () => reject(Problem.offline());
    request.onabort = () =>
      reject(signal?.reason instanceof Error ? signal.reason : new DOMException("", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
