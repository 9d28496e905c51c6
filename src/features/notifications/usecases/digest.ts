import { createHash } from "node:crypto";
import { MailRefused, type Mail } from "../../../platform/mail/index.js";
import { digestMail } from "../letter.js";
import { conversationLink, inboxLink, settingsLink } from "../links.js";
import type { NotificationDeps } from "../ports.js";
import { quietUntil } from "../quiet.js";
import type { Notice } from "../repo.js";
import { mailWaitMs } from "./relay.js";
import { stillNews, type News } from "./unread.js";

const minuteMs = 60_000;
/** Longer than any mail server may keep us. */
const leaseMs = 10 * minuteMs;
/** Notices of one mail; more than this nobody has at once. */
const takenMost = 2_000;
/** Preferences may change within quiet hours, and clocks. */
const quietLookMs = 15 * minuteMs;
/** Pauses after each failure, over most of a day; then it is given up. */
const pausesMs = [1, 5, 15, 60, 120, 240, 480].map((minutes) => minutes * minuteMs);

/**
 * Sends a member everything that is due as one mail. Who sends takes the member's turn by a conditional update; a turn that
 * ends keeps the next mail back for as long as a notice waits, so that a busy hour is few mails.
 */
export function digest(deps: NotificationDeps): (workspaceId: string, memberId: string) => Promise<void> {
  const { repo, audience, identity, mailer, publicUrl, clock, log } = deps;

  async function letterOf(workspaceId: string, userId: string, news: readonly News[]): Promise<Mail | undefined> {
    const [user, workspace] = await Promise.all([identity.users.find(userId), identity.workspace(workspaceId)]);
    if (!user?.verified || !workspace) return undefined;
    const newest = [...news].sort((a, b) => b.notice.at.getTime() - a.notice.at.getTime());
    // What is in it decides its id: should it go out twice, it is one mail to whoever gets it.
    const content = news.map(({ notice }) => `${notice._id}/${notice.seq}`).sort();
    const id = createHash("sha256").update(content.join("\n")).digest("hex").slice(0, 40);
    return digestMail({
      to: user.email,
      language: user.language,
      workspace: workspace.name,
      entries: newest.map(({ kind, conversation }) => ({
        name: conversation.contact.name,
        kind,
        unread: conversation.unreadForMe ?? 0,
        link: conversationLink(publicUrl(), workspaceId, conversation.id),
      })),
      inboxLink: inboxLink(publicUrl(), workspaceId),
      settingsLink: settingsLink(publicUrl(), workspaceId),
      messageId: `<digest-${id}@${new URL(publicUrl()).hostname}>`,
    });
  }

  async function failed(
    error: MailRefused,
    memberId: string,
    notices: readonly Notice[],
    tries: number,
  ): Promise<void> {
    const now = clock.now();
    const pause = error.forGood ? undefined : pausesMs[tries];
    if (pause === undefined) {
      const why = error.forGood ? "the mail server refused it for good" : "the mail server could not take it for a day";
      log.warn("digest_given_up", { memberId, conversations: notices.length, tries: tries + 1, smtp: error.code, why });
      await repo.done(notices);
      await repo.endTurn(memberId, now, 0);
      return;
    }
    log.info("digest_delayed", { memberId, tries: tries + 1, smtp: error.code });
    const again = new Date(now.getTime() + pause);
    await repo.later(notices, again);
    await repo.endTurn(memberId, again, tries + 1);
  }

  async function send(workspaceId: string, memberId: string, notices: readonly Notice[], tries: number): Promise<void> {
    const listener = (await audience.of(workspaceId)).get(memberId);
    const quiet = listener && quietUntil(listener.quiet, clock.now());
    if (quiet) {
      await repo.later(notices, new Date(Math.min(quiet.getTime(), clock.now().getTime() + quietLookMs)));
      return repo.endTurn(memberId, clock.now(), tries);
    }
    const news = listener
      ? await stillNews(deps, workspaceId, memberId, notices, (kind) => listener.wants(kind, "mail"))
      : [];
    const mail = listener && news.length > 0 ? await letterOf(workspaceId, listener.userId, news) : undefined;
    if (!mail) {
      await repo.done(notices);
      return repo.endTurn(memberId, clock.now(), 0);
    }
    try {
      await mailer.send(mail);
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      return failed(error, memberId, notices, tries);
    }
    log.info("digest_sent", { memberId, conversations: news.length });
    await repo.done(notices);
    await repo.endTurn(memberId, new Date(clock.now().getTime() + mailWaitMs), 0);
  }

  return async (workspaceId, memberId) => {
    const turn = await repo.takeTurn(memberId, clock.now(), leaseMs);
    const notices = await repo.dueOf(memberId, "mail", clock.now(), takenMost);
    if (!turn.taken) {
      const soon = clock.now().getTime() + mailWaitMs;
      return repo.later(notices, new Date(Math.min(turn.until.getTime(), soon)));
    }
    if (notices.length === 0) return repo.endTurn(memberId, clock.now(), turn.tries);
    await send(workspaceId, memberId, notices, turn.tries);
  };
}
