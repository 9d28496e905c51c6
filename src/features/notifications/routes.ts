import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { pushDto, pushSubscription } from "../../wire/notifications.js";
import type { NotificationDeps } from "./ports.js";
import { words } from "./texts.js";

/** What somebody does about being told by the browser they are signed in with. */
export function pushEndpoints({ push, subscriptions, audience, identity, outbound }: NotificationDeps): Endpoint[] {
  const mine = { tag: "Me", access: "user", scope: null, idempotency: "none" } as const;

  async function checked(url: string): Promise<void> {
    try {
      await outbound.check(url);
    } catch {
      throw new AppError("unprocessable", "This is no address of a push service that can be reached.", {
        reason: "push_address_refused",
        errors: [{ pointer: "/endpoint", message: "cannot be reached" }],
      });
    }
  }

  return [
    endpoint({
      ...mine,
      method: "get",
      path: "/me/push",
      summary: "Whether this browser is told by Web Push, and the key to subscribe with",
      description: "A browser is the session that asks.",
      answer: pushDto,
      handle: async ({ principal }) => ({
        public_key: await push.publicKey(),
        on: (await subscriptions.find(principal.sessionId)) !== undefined,
      }),
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/push",
      summary: "Have this browser told by Web Push",
      description:
        "What the browser's PushManager gave. It is told what the preferences say, in every workspace of the person, until it is taken back, the session ends or the push service does not know the browser any more.",
      action: null,
      body: pushSubscription,
      answer: pushDto,
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        await checked(body.endpoint);
        await subscriptions.put({ sessionId: principal.sessionId, userId: principal.userId, subscription: body });
        audience.forget();
        return { public_key: await push.publicKey(), on: true };
      },
    }),
    endpoint({
      ...mine,
      method: "delete",
      path: "/me/push",
      summary: "Have this browser told no more",
      action: null,
      answer: null,
      async handle({ principal }) {
        await subscriptions.remove([principal.sessionId]);
        audience.forget();
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/push/test",
      summary: "Tell this browser something, to see whether it works",
      description: "Answers when the push service has taken it.",
      action: null,
      answer: null,
      errors: ["conflict", "unprocessable"],
      async handle({ principal }) {
        const browser = await subscriptions.find(principal.sessionId);
        if (!browser) {
          throw new AppError("conflict", "Notifications are not on for this browser.", { reason: "push_off" });
        }
        const language = (await identity.users.settingsOf([principal.userId])).get(principal.userId)?.language ?? "en";
        const { title, body } = words[language].test;
        const outcome = await push.send(browser.subscription, {
          ...{ v: 1, title, body, tag: "test", url: "/", always: true },
        });
        if (outcome === "gone") {
          await subscriptions.remove([principal.sessionId]);
          audience.forget();
          throw new AppError("conflict", "The push service does not know this browser any more.", {
            reason: "push_gone",
          });
        }
        if (outcome !== "told") {
          throw new AppError("unprocessable", "The push service of this browser did not take it.", {
            reason: "push_not_taken",
          });
        }
        return undefined;
      },
    }),
  ];
}
