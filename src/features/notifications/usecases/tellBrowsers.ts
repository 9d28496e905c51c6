import type { Listener } from "../audience.js";
import { conversationPath } from "../links.js";
import type { NotificationDeps } from "../ports.js";
import { quietUntil } from "../quiet.js";
import type { Notice } from "../repo.js";
import type { SubscribedBrowser } from "../subscriptions.js";
import { filled, words } from "../texts.js";
import type { PushMessage } from "../webPush.js";
import { stillNews, type News } from "./unread.js";

const takenAtOnce = 200;
const sentAtOnce = 10;
/** Longer than telling so many may take. */
const leaseMs = 120_000;
/** A conversation rings no more often than this. */
const restMs = 10_000;
/** Pauses after failures; then what nobody could be told is old. */
const pausesMs = [10_000, 60_000, 300_000];

function groupedBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group) group.push(item);
    else groups.set(nameOf(item), [item]);
  }
  return groups;
}

/** Tells the browsers of members what is due in a workspace, until nothing is. */
export function tellBrowsers(deps: NotificationDeps): (workspaceId: string) => Promise<void> {
  const { repo, audience, subscriptions, identity, push, looking, clock, log } = deps;

  /** Browsers whose person is still signed in there; those of others are forgotten. */
  async function browsersOf(userIds: readonly string[]): Promise<Map<string, SubscribedBrowser[]>> {
    const all = await subscriptions.of([...new Set(userIds)]);
    const alive = await identity.sessions.alive(all.map(({ sessionId }) => sessionId));
    const over = all.filter(({ sessionId }) => !alive.has(sessionId));
    if (over.length > 0) {
      await subscriptions.remove(over.map(({ sessionId }) => sessionId));
      audience.forget();
    }
    return groupedBy(
      all.filter(({ sessionId }) => alive.has(sessionId)),
      ({ userId }) => userId,
    );
  }

  function messageOf({ kind, conversation }: News, { language }: Listener, workspace: string): PushMessage {
    const say = words[language];
    const name = conversation.contact.name ?? say.nameless;
    return {
      v: 1,
      title: filled(say.title[kind], { name }).slice(0, 200),
      body: workspace.slice(0, 200),
      tag: conversation.id,
      url: conversationPath(conversation.workspaceId, conversation.id),
    };
  }

  async function tell(notice: Notice, message: PushMessage, browsers: readonly SubscribedBrowser[]): Promise<void> {
    const began = clock.now();
    const rested = new Date(began.getTime() - restMs);
    // Trying again is not telling again.
    if (notice.tries === 0 && !(await repo.begin(notice, began, rested)))
      return repo.later([notice], new Date(began.getTime() + restMs));
    const wanted = browsers.filter(({ sessionId }) => notice.left.length === 0 || notice.left.includes(sessionId));
    const outcomes = await Promise.all(
      wanted.map(async (browser) => ({ browser, outcome: await push.send(browser.subscription, message) })),
    );
    const sessionsOf = (outcome: string) =>
      outcomes.filter((one) => one.outcome === outcome).map(({ browser }) => browser.sessionId);
    const gone = sessionsOf("gone");
    if (gone.length > 0) {
      await subscriptions.remove(gone);
      audience.forget();
    }
    const left = sessionsOf("later");
    const pause = pausesMs[notice.tries];
    const now = clock.now();
    if (left.length === 0) return repo.done([notice]);
    if (pause !== undefined) return repo.again(notice, left, new Date(now.getTime() + pause));
    log.warn("push_given_up", { memberId: notice.memberId, tries: notice.tries + 1, browsers: left.length });
    await repo.done([notice]);
  }

  /** What of a member's notices is told now; the rest is done with, or waits. */
  async function worth(
    workspaceId: string,
    listener: Listener | undefined,
    notices: readonly Notice[],
    seen: ReadonlySet<string>,
  ): Promise<News[]> {
    const now = clock.now();
    const awake = listener && !quietUntil(listener.quiet, now) ? listener : undefined;
    const resting = ({ toldAt, tries }: Notice) =>
      tries === 0 && toldAt !== null && now.getTime() - toldAt.getTime() < restMs;
    const [waiting, ready] = [notices.filter(resting), notices.filter((one) => !resting(one))];
    if (awake && waiting.length > 0) await repo.later(waiting, new Date(now.getTime() + restMs));
    const unseen = ready.filter((one) => !seen.has(`${one.memberId}/${one.conversationId}`));
    const news =
      awake && unseen.length > 0
        ? await stillNews(deps, workspaceId, awake.memberId, unseen, (kind) => awake.wants(kind, "push"))
        : [];
    const told = new Set(news.map(({ notice }) => notice._id));
    const over = (awake ? ready : notices).filter(({ _id }) => !told.has(_id));
    await repo.done(over);
    return news;
  }

  async function turn(workspaceId: string, notices: readonly Notice[]): Promise<void> {
    const [listeners, seen, workspace] = await Promise.all([
      audience.of(workspaceId),
      looking(workspaceId),
      identity.workspace(workspaceId),
    ]);
    const byMember = groupedBy(notices, ({ memberId }) => memberId);
    const browsers = await browsersOf(
      [...byMember.keys()].flatMap((memberId) => listeners.get(memberId)?.userId ?? []),
    );
    const calls: (() => Promise<void>)[] = [];
    for (const [memberId, mine] of byMember) {
      const listener = listeners.get(memberId);
      for (const news of await worth(workspaceId, listener, mine, seen)) {
        calls.push(() =>
          tell(news.notice, messageOf(news, listener!, workspace?.name ?? ""), browsers.get(listener!.userId) ?? []),
        );
      }
    }
    const next = calls[Symbol.iterator]();
    const worker = async () => {
      for (const call of next) await call();
    };
    await Promise.all(Array.from({ length: sentAtOnce }, worker));
  }

  return async (workspaceId) => {
    for (;;) {
      const notices = await repo.claim(workspaceId, "push", clock.now(), leaseMs, takenAtOnce);
      if (notices.length > 0) await turn(workspaceId, notices);
      if (notices.length < takenAtOnce) return;
    }
  };
}
