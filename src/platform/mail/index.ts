import { setTimeout as sleep } from "node:timers/promises";
import { createTransport, type Transporter } from "nodemailer";
import type { Log } from "../../core/ports.js";

/** One mail to one person. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The same for the same mail, so that one that went out twice is known as one; made up when there is none. */
  messageId?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** A mail did not go out. `forGood`: the server will not take it later either. */
export class MailRefused extends Error {
  constructor(
    readonly forGood: boolean,
    readonly code: number | null,
    cause?: unknown,
  ) {
    super(forGood ? "the mail server refused the mail" : "the mail server could not take the mail", { cause });
    this.name = "MailRefused";
  }
}

/** A mail that was caught instead of sent. */
export interface CaughtMail extends Mail {
  id: string;
  at: Date;
}

export interface Mailer {
  /** Somebody gets what is posted: a mail server is set, or mails are caught here. */
  readonly works: boolean;
  /** What was caught, newest first; undefined where mails are really sent, or not at all. */
  readonly caught: (() => readonly CaughtMail[]) | undefined;
  /** Sends in its own time, trying again for some minutes. Never throws: whoever asks must not learn whether it went. */
  post(mail: Mail): void;
  /** Sends once, for whoever tries again by themselves. Rejects with MailRefused. */
  send(mail: Mail): Promise<void>;
  /** Waits a moment for what is on its way. */
  close(): Promise<void>;
}

const caughtMost = 200;
const pausesMs = [2_000, 15_000, 60_000];
const waitingMost = 500;
const closeMs = 3_000;
/** A server that says nothing holds nobody for long. */
const silenceMs = { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 60_000 };

/** `smtpUrl`: smtp(s)://user:password@host:port. Without it mails are caught in memory when `catching`, and else dropped. */
export function createMailer(options: {
  smtpUrl: string | undefined;
  from: string;
  catching: boolean;
  log: Log;
}): Mailer {
  const { smtpUrl, from, log } = options;
  if (smtpUrl !== undefined) return smtpMailer(smtpUrl, from, log);
  if (options.catching) return catcher();
  return {
    works: false,
    caught: undefined,
    post: () => log.warn("mail_not_sent", { reason: "SMTP_URL is not set" }),
    send: () => Promise.reject(new MailRefused(true, null)),
    close: () => Promise.resolve(),
  };
}

function catcher(): Mailer {
  const mails: CaughtMail[] = [];
  let last = 0;
  const post = (mail: Mail) => {
    mails.unshift({ ...mail, id: String((last += 1)), at: new Date() });
    mails.length = Math.min(mails.length, caughtMost);
  };
  return {
    works: true,
    caught: () => mails,
    post,
    send(mail) {
      post(mail);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function smtpMailer(url: string, from: string, log: Log): Mailer {
  const transport: Transporter = createTransport(url, {
    from,
    // Neither files nor addresses may be pulled into a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...silenceMs,
  });
  const under = new Set<Promise<void>>();
  const stop = new AbortController();

  async function deliver(mail: Mail): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await transport.sendMail({ ...mail, from });
        return;
      } catch (error) {
        const pause = pausesMs[tries];
        const { responseCode } = error as { responseCode?: number };
        const forGood = responseCode !== undefined && responseCode >= 500;
        if (pause === undefined || forGood || stop.signal.aborted) {
          log.warn("mail_not_sent", { tries: tries + 1, smtp: responseCode ?? null, error: error as Error });
          return;
        }
        await sleep(pause, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  return {
    works: true,
    caught: undefined,
    post(mail) {
      if (under.size >= waitingMost) {
        log.warn("mail_not_sent", { reason: "too many mails are waiting" });
        return;
      }
      const sending = deliver(mail).finally(() => under.delete(sending));
      under.add(sending);
    },
    async send(mail) {
      try {
        await transport.sendMail({ ...mail, from });
      } catch (error) {
        const { responseCode } = error as { responseCode?: number };
        throw new MailRefused(responseCode !== undefined && responseCode >= 500, responseCode ?? null, error);
      }
    },
    async close() {
      const late = new AbortController();
      await Promise.race([
        Promise.all(under),
        sleep(closeMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      stop.abort();
      transport.close();
    },
  };
}
