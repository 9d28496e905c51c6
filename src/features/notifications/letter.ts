import type { Mail } from "../../platform/mail/index.js";
import { buttonLink, escaped, letter, oneLine, smallPrint } from "../../platform/mail/letter.js";
import type { Language, NotificationEvent } from "../../wire/identity.js";
import { counted, filled, words } from "./texts.js";

/** A conversation of a digest. */
export interface DigestEntry {
  name: string | null;
  /** The nearest of what happened. */
  kind: NotificationEvent;
  unread: number;
  link: string;
}

export interface Digest {
  to: string;
  language: Language;
  workspace: string;
  /** Newest first. */
  entries: readonly DigestEntry[];
  inboxLink: string;
  settingsLink: string;
  messageId: string;
}

/** Conversations that are named; of more only the number is told. */
export const namedMost = 20;

/** One mail about all of it: who, and what happened; never what was written. Names stand in it as text. */
export function digestMail({ to, language, workspace, entries, inboxLink, settingsLink, messageId }: Digest): Mail {
  const say = words[language];
  const place = { workspace: oneLine(workspace) };
  const subject = counted(language, say.subject, entries.length, place);
  const named = entries.slice(0, namedMost).map(({ name, kind, unread, link }) => ({
    name: oneLine(name ?? "") || say.nameless,
    what: [say.happened[kind], ...(unread > 0 ? [counted(language, say.unread, unread)] : [])].join(" · "),
    link,
  }));
  const rest = entries.length - named.length;
  const more = rest > 0 ? counted(language, say.more, rest) : undefined;
  const lead = filled(say.lead, place);
  const text = [
    lead,
    ...named.map(({ name, what, link }) => `${name}\n${what}\n${link}`),
    ...(more === undefined ? [] : [more]),
    `${say.openInbox}:\n${inboxLink}`,
    `${say.settings}:\n${settingsLink}\n`,
  ].join("\n\n");
  const rows = named.map(
    ({ name, what, link }) =>
      `<p style="margin:0 0 16px"><strong><bdi>${escaped(name)}</bdi></strong><br>${escaped(what)}<br><a href="${escaped(link)}" style="color:#0b7268">${escaped(say.open)}</a></p>`,
  );
  const body = [
    `<p>${escaped(lead)}</p>`,
    ...rows,
    ...(more === undefined ? [] : [`<p>${escaped(more)}</p>`]),
    `<p>${buttonLink(inboxLink, say.openInbox)}</p>`,
    smallPrint(`<a href="${escaped(settingsLink)}" style="color:#4a5360">${escaped(say.settings)}</a>`),
  ].join("\n");
  return {
    to,
    subject,
    text,
    html: letter({ language, subject, body }),
    messageId,
    // Nobody's holiday answers it.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}
