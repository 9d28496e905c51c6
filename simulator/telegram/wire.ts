/** Any JSON object of the Bot API. The simulator builds them field by field, as the real server would. */
export type Json = Record<string, unknown>;

/** An error answer: `{"ok":false,"error_code":…,"description":…}`. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly description: string,
    readonly parameters?: Json,
  ) {
    super(description);
  }
}

export const badRequest = (why: string, parameters?: Json): Refusal =>
  new Refusal(400, `Bad Request: ${why}`, parameters);

export const forbidden = (why: string): Refusal => new Refusal(403, `Forbidden: ${why}`);

export const tooMany = (seconds: number): Refusal =>
  new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });

/** A success; some methods add a description beside the result. */
export interface Answer {
  result: unknown;
  description?: string;
}

/** A person. `id` as Telegram has it, up to 52 bits. */
export interface User {
  id: number;
  is_bot: boolean;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
}

export interface Chat {
  id: number;
  type: "private" | "group" | "supergroup" | "channel";
  title?: string;
  first_name?: string;
  last_name?: string;
  username?: string;
}

export interface Message extends Json {
  message_id: number;
  date: number;
  chat: Chat;
}
