/** One field of a request that is not as it should be. */
export interface FieldError {
  path: string;
  message: string;
  /** What is wrong, for texts: "too_short". */
  code: string;
  params: Readonly<Record<string, string | number>>;
}

interface ProblemDocument {
  status?: number;
  title?: string;
  detail?: string;
  code?: string;
  reason?: string;
  instance?: string;
  errors?: {
    path?: string;
    pointer?: string;
    message?: string;
    detail?: string;
    code?: string;
    params?: Record<string, string | number>;
  }[];
}

/** A refusal of the API (RFC 9457), or `code` "offline" when it could not be reached at all. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** A sentence that may be shown. */
  readonly detail: string;
  /** Why, for programs: "window_closed". */
  readonly reason: string | undefined;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The whole refusal, for what only some say: `overtaken` carries the message that came before. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, document: ProblemDocument, retryAfterSeconds?: number) {
    super(document.detail ?? document.title ?? "");
    this.status = status;
    this.code = document.code ?? (status === 0 ? "offline" : "internal");
    this.title = document.title ?? "";
    this.detail = document.detail ?? "";
    this.reason = document.reason;
    this.errors = (document.errors ?? []).map((error) => ({
      path: (error.path ?? error.pointer ?? "").replace(/^[#/]+/, "").replaceAll("/", "."),
      message: error.message ?? error.detail ?? "",
      code: error.code ?? "invalid",
      params: error.params ?? {},
    }));
    this.requestId = document.instance;
    this.retryAfterSeconds = retryAfterSeconds;
    this.document = { ...document };
  }

  /** Whatever was thrown, as a Problem. */
  static from(error: unknown): Problem {
    if (error instanceof Problem) return error;
    return new Problem(-1, { code: "internal", detail: error instanceof Error ? error.message : "" });
  }

  static offline(): Problem {
    return new Problem(0, { code: "offline" });
  }

  /** From an answer that is not a success. */
  static read(status: number, text: string, retryAfter: string | null): Problem {
    const seconds = Number(retryAfter);
    const wait = retryAfter !== null && Number.isFinite(seconds) ? seconds : undefined;
    try {
      return new Problem(status, JSON.parse(text) as ProblemDocument, wait);
    } catch {
      // A proxy in between answers in its own words.
      return new Problem(status, {}, wait);
    }
  }
}
